// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of RFC 5256, 2.1 on a view that only ever gets smaller.
#include "base/mime/base_subject.hpp"

#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::mime {
namespace {

bool is_wsp(char c) noexcept { return c == ' ' || c == '\t'; }

// Step 1: tabs become blanks, several blanks one; bounded, at a whole character.
std::string plain_text(std::string_view value) {
  std::string out;
  for (const char c : decode_words(value)) {
    const char plain = c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
    if (plain == ' ' && out.ends_with(' ')) continue;
    out.push_back(plain);
  }
  if (out.size() <= k_max_subject) return out;
  std::size_t size = k_max_subject;
  while (size > 0 && (static_cast<unsigned char>(out[size]) & 0xC0U) == 0x80) --size;
  out.resize(size);
  return out;
}

class Cutter {
 public:
  explicit Cutter(std::string_view text) : rest_(text) {}

  void run() {
    do {
      cut_trailers();
      while (cut_leader() || cut_blob()) continue;
    } while (cut_forward());
  }

  std::string_view rest() const { return rest_; }
  bool is_reply() const { return is_reply_; }

 private:
  // Step 2: subj-trailer = "(fwd)" / WSP
  void cut_trailers() {
    for (;;) {
      if (!rest_.empty() && is_wsp(rest_.back())) {
        rest_.remove_suffix(1);
      } else if (rest_.size() >= 5 && iequals(rest_.substr(rest_.size() - 5), "(fwd)")) {
        rest_.remove_suffix(5);
        is_reply_ = true;
      } else {
        return;
      }
    }
  }

  // subj-blob = "[" *BLOBCHAR "]" *WSP; how long the one at `begin` is, 0: there is none.
  std::size_t blob_size(std::size_t begin) const {
    if (begin >= rest_.size() || rest_[begin] != '[') return 0;
    auto end = rest_.find_first_of("[]", begin + 1);
    if (end == std::string_view::npos || rest_[end] == '[') return 0;
    for (++end; end < rest_.size() && is_wsp(rest_[end]);) ++end;
    return end - begin;
  }

  // subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"; where it ends, 0: there is none.
  std::size_t refwd_end(std::size_t begin) const {
    const auto text = rest_.substr(begin);
    std::size_t at = 0;
    if (istarts_with(text, "fwd"))
      at = begin + 3;
    else if (istarts_with(text, "re") || istarts_with(text, "fw"))
      at = begin + 2;
    else
      return 0;
    while (at < rest_.size() && is_wsp(rest_[at])) ++at;
    at += blob_size(at);
    return at < rest_.size() && rest_[at] == ':' ? at + 1 : 0;
  }

  // Step 3: subj-leader = (*subj-blob subj-refwd) / WSP
  bool cut_leader() {
    if (!rest_.empty() && is_wsp(rest_.front())) {
      rest_.remove_prefix(1);
      return true;
    }
    std::size_t at = 0;
    while (const auto blob = blob_size(at)) at += blob;
    const auto end = refwd_end(at);
    if (end == 0) return false;
    rest_.remove_prefix(end);
    is_reply_ = true;
    return true;
  }

  // Step 4: a subj-blob goes when something stays.
  bool cut_blob() {
    const auto size = blob_size(0);
    if (size == 0 || size == rest_.size()) return false;
    rest_.remove_prefix(size);
    return true;
  }

  // Step 6: subj-fwd-hdr = "[fwd:", subj-fwd-trl = "]"
  bool cut_forward() {
    if (!istarts_with(rest_, "[fwd:") || !rest_.ends_with(']')) return false;
    rest_.remove_prefix(5);
    rest_.remove_suffix(1);
    is_reply_ = true;
    return true;
  }

  std::string_view rest_;
  bool is_reply_ = false;
};

}  // namespace

BaseSubject base_subject(std::string_view value) {
  const auto text = plain_text(value);
  Cutter cutter(text);
  cutter.run();
  BaseSubject out;
  out.text = cutter.rest();
  out.is_reply = cutter.is_reply();
  return out;
}

}  // namespace kontor::mime
