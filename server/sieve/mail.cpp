// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/mail.hpp"

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"

namespace kontor::sieve {
namespace {

constexpr std::size_t k_fold_at = 76;  // of a field that is added

std::string folded(std::string_view name, std::string_view value) {
  std::string out(name);
  out += ": ";
  std::size_t line = out.size();
  while (!value.empty()) {
    const auto blank = value.find(' ', 1);
    const auto word = value.substr(0, blank);
    if (line + word.size() > k_fold_at && line > name.size() + 2 && word.starts_with(' ')) {
      out += "\r\n";
      line = 0;
    }
    out += word;
    line += word.size();
    value.remove_prefix(word.size());
  }
  return out + "\r\n";
}

}  // namespace

Mail::Mail(std::shared_ptr<const std::string> raw, mime::Limits limits)
    : raw_(std::move(raw)), limits_(limits) {
  const std::string_view bytes = *raw_;
  if (bytes.starts_with("\r\n")) {
    body_ = 2;
  } else if (const auto end = bytes.find("\r\n\r\n"); end != std::string_view::npos) {
    body_ = end + 4;
  } else {
    body_ = bytes.size();
  }
  const auto header = bytes.substr(0, body_);
  for (const auto& field : mime::parse_fields(header))
    fields_.push_back(
        {std::string(field.name), mime::unfold(field.value), std::string(field.range.of(header))});
}

std::vector<std::string> Mail::raw_values(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& field : fields_)
    if (iequals(field.name, name)) out.push_back(field.value);
  return out;
}

bool Mail::has(std::string_view name) const {
  for (const auto& field : fields_)
    if (iequals(field.name, name)) return true;
  return false;
}

void Mail::add(std::string_view name, std::string_view value, bool at_end) {
  const auto line = mime::one_line(value);
  Field field{std::string(name), line,
              folded(name, mime::is_ascii(line) ? line : mime::encoded_words(line))};
  fields_.insert(at_end ? fields_.end() : fields_.begin(), std::move(field));
  is_changed_ = true;
  changed_ = nullptr;
}

void Mail::remove(const std::vector<std::size_t>& indexes) {
  for (auto at = indexes.rbegin(); at != indexes.rend(); ++at)
    fields_.erase(fields_.begin() + static_cast<std::ptrdiff_t>(*at));
  if (indexes.empty()) return;
  is_changed_ = true;
  changed_ = nullptr;
}

std::shared_ptr<const std::string> Mail::bytes() const {
  if (!is_changed_) return raw_;
  if (changed_ == nullptr) {
    std::string out;
    for (const auto& field : fields_) {
      out += field.lines;
      if (!out.ends_with('\n')) out += "\r\n";
    }
    out += "\r\n";
    changed_ = std::make_shared<const std::string>(out.append(raw_body()));
  }
  return changed_;
}

std::string_view Mail::raw_body() const { return std::string_view(*raw_).substr(body_); }

const std::vector<MailPart>& Mail::parts() {
  if (parts_) return *parts_;
  parts_.emplace();
  const std::string_view raw = *raw_;
  const auto message = mime::parse(raw, limits_);
  for (const auto& part : message.parts) {
    if (part.is_multipart()) continue;
    MailPart out{part.type, part.subtype, {}};
    if (part.is_message() && !part.children.empty()) {
      out.text = message.parts[part.children[0]].header.of(raw);  // RFC 5173, 5.2
    } else if (part.type == "text") {
      out.text = mime::part_text(raw, part);
    } else {
      auto decoded = mime::decode_transfer(part.body.of(raw), part.encoding);
      out.text = decoded ? *std::move(decoded) : std::string(part.body.of(raw));
    }
    parts_->push_back(std::move(out));
  }
  return *parts_;
}

}  // namespace kontor::sieve
