// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/canonical.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::filter::dkim {
namespace {

constexpr std::size_t k_buffer = 16'384;
constexpr std::string_view k_line_end = "\r\n";

bool is_wsp(char c) noexcept { return c == ' ' || c == '\t'; }

}  // namespace

std::string canonical_field(Form form,
                            std::string_view raw,
                            std::string_view name,
                            std::string_view value) {
  if (form == Form::simple) return std::string(raw) + "\r\n";
  std::string out = to_lower(name) + ":";
  bool has_blank = false;
  const std::size_t begin = out.size();
  for (const char c : value) {
    if (c == '\r' || c == '\n') continue;  // unfolded; the blank behind it stays
    if (is_wsp(c)) {
      has_blank = true;
      continue;
    }
    if (has_blank && out.size() > begin) out.push_back(' ');
    has_blank = false;
    out.push_back(c);
  }
  return out + "\r\n";
}

BodyHasher::BodyHasher(Form form, std::uint64_t most) : form_(form), most_(most) {
  buffer_.reserve(k_buffer);
}

void BodyHasher::flush() {
  hash_.add(buffer_);
  buffer_.clear();
}

void BodyHasher::put(std::string_view bytes) {
  const auto left = most_ - std::min(most_, size_);
  size_ += bytes.size();
  const auto counted = bytes.substr(0, std::min<std::uint64_t>(left, bytes.size()));
  if (buffer_.size() + counted.size() > k_buffer) flush();
  if (counted.size() > k_buffer)
    hash_.add(counted);
  else
    buffer_.append(counted);
}

void BodyHasher::put_line_ends() {
  for (; line_ends_ > 0; --line_ends_) put(k_line_end);
}

// A CR is held back until it is known whether an LF follows.
void BodyHasher::add_simple(std::string_view bytes) {
  while (!bytes.empty()) {
    if (has_cr_) {
      has_cr_ = false;
      if (bytes.front() == '\n') {
        ++line_ends_;
        bytes.remove_prefix(1);
        continue;
      }
      put_line_ends();
      put("\r");
    }
    const auto text = bytes.substr(0, bytes.find('\r'));
    if (!text.empty()) {
      put_line_ends();
      put(text);
    }
    bytes.remove_prefix(text.size());
    if (bytes.empty()) break;
    has_cr_ = true;
    bytes.remove_prefix(1);
  }
}

void BodyHasher::add_relaxed(std::string_view bytes) {
  const auto put_text = [&](std::string_view text) {
    put_line_ends();
    if (has_blank_) put(" ");
    has_blank_ = false;
    put(text);
  };
  while (!bytes.empty()) {
    if (has_cr_) {
      has_cr_ = false;
      if (bytes.front() == '\n') {
        has_blank_ = false;  // at the end of a line
        ++line_ends_;
        bytes.remove_prefix(1);
        continue;
      }
      put_text("\r");
    }
    const auto text = bytes.substr(0, bytes.find_first_of("\r \t"));
    if (!text.empty()) put_text(text);
    bytes.remove_prefix(text.size());
    if (bytes.empty()) break;
    if (bytes.front() == '\r')
      has_cr_ = true;
    else
      has_blank_ = true;
    bytes.remove_prefix(1);
  }
}

void BodyHasher::add(std::string_view bytes) {
  if (form_ == Form::simple)
    add_simple(bytes);
  else
    add_relaxed(bytes);
}

std::string BodyHasher::finish() {
  if (has_cr_) {
    put_line_ends();
    if (has_blank_) put(" ");
    put("\r");
  }
  // 3.4.3: an empty body is one CRLF in the simple form; 3.4.4: nothing in the relaxed one.
  if (form_ == Form::simple || size_ > 0) put(k_line_end);
  flush();
  return hash_.digest();
}

}  // namespace kontor::filter::dkim
