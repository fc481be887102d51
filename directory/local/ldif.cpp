// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/ldif.hpp"

#include <algorithm>
#include <utility>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

Error at_line(std::size_t line, Errc code, std::string_view what) {
  return Error(code, "line " + std::to_string(line) + ": " + std::string(what));
}

// A logical line: folding undone, comments dropped. RFC 2849: a line that begins with a blank goes
// on the line before, also on a comment.
struct Line {
  std::string text;
  std::size_t number = 0;
};

class LineSource {
 public:
  explicit LineSource(std::string_view bytes) : rest_(bytes) {}

  // False at the end. An empty text is a blank line.
  bool next(Line& line) {
    while (!rest_.empty()) {
      line.number = number_ + 1;
      line.text = take();
      while (!line.text.empty() && rest_.starts_with(' ')) line.text += take().substr(1);
      if (!line.text.starts_with('#')) return true;
    }
    return false;
  }

 private:
  std::string_view take() {
    ++number_;
    const auto end = rest_.find('\n');
    auto line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  std::string_view rest_;
  std::size_t number_ = 0;
};

bool is_attribute_name(std::string_view name) {
  const auto is_good = [](char c) {
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
           c == '.' || c == ';' || c == '_';
  };
  return !name.empty() && name.size() <= 256 && std::ranges::all_of(name, is_good);
}

Result<LdifEntry::Attribute> parse_line(const Line& line, const LdifLimits& limits) {
  const std::string_view text = line.text;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_attribute_name(text.substr(0, colon)))
    return fail(at_line(line.number, Errc::bad_input, "neither \"name: value\" nor a comment"));
  LdifEntry::Attribute attribute{to_lower(text.substr(0, colon)), {}};
  auto value = text.substr(colon + 1);
  if (value.starts_with('<'))
    return fail(at_line(line.number, Errc::bad_input, "values by URL are not read"));
  const bool is_base64 = value.starts_with(':');
  if (is_base64) value.remove_prefix(1);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  if (value.size() > limits.max_value)
    return fail(at_line(line.number, Errc::limit, "the value is too long"));
  if (is_base64) {
    auto decoded = base64_decode(trim(value));
    if (!decoded) return fail(at_line(line.number, Errc::bad_input, "not base64"));
    attribute.value = *std::move(decoded);
    return attribute;
  }
  if (!is_utf8(value) || value.contains('\0'))
    return fail(at_line(line.number, Errc::bad_input, "not text in UTF-8"));
  attribute.value = std::string(value);
  return attribute;
}

class Parser {
 public:
  explicit Parser(const LdifLimits& limits) : limits_(&limits) {}

  Result<void> take(const Line& line) {
    if (line.text.empty()) {
      is_open_ = false;
      return {};
    }
    KONTOR_TRY(auto attribute, parse_line(line, *limits_));
    if (!is_open_) return begin(line.number, std::move(attribute));
    if (attribute.name == "changetype")
      return fail(at_line(line.number, Errc::bad_input, "change records are not read"));
    if (attribute.name == "dn")
      return fail(at_line(line.number, Errc::bad_input, "a second dn: a blank line is missing"));
    entries_.back().attributes.push_back(std::move(attribute));
    return {};
  }
  std::vector<LdifEntry> finish() { return std::move(entries_); }

 private:
  Result<void> begin(std::size_t number, LdifEntry::Attribute attribute) {
    if (attribute.name == "version" && entries_.empty() && !has_version_) {
      has_version_ = true;
      if (attribute.value != "1")
        return fail(at_line(number, Errc::unsupported, "an LDIF version other than 1"));
      return {};
    }
    if (attribute.name != "dn")
      return fail(at_line(number, Errc::bad_input, "an entry must begin with its dn"));
    if (!is_utf8(attribute.value) || attribute.value.empty() || attribute.value.contains('\0'))
      return fail(at_line(number, Errc::bad_input, "not a name in UTF-8"));
    if (entries_.size() >= limits_->max_entries)
      return fail(at_line(number, Errc::limit, "too many entries"));
    is_open_ = true;
    entries_.push_back({std::move(attribute.value), number, {}});
    return {};
  }

  const LdifLimits* limits_;
  std::vector<LdifEntry> entries_;
  bool is_open_ = false;
  bool has_version_ = false;
};

// RFC 2849: SAFE-STRING, and no blank at the end, which editors lose.
bool is_safe(std::string_view value) {
  if (value.empty()) return true;
  const auto is_plain = [](char c) { return c > 0 && c != '\r' && c != '\n'; };
  return std::ranges::all_of(value, is_plain) && !std::string_view(" :<").contains(value.front()) &&
         value.back() != ' ';
}

}  // namespace

std::string_view LdifEntry::first(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  return found == attributes.end() ? std::string_view() : found->value;
}

std::vector<std::string> LdifEntry::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& attribute : attributes)
    if (attribute.name == name) values.push_back(attribute.value);
  return values;
}

Result<std::vector<LdifEntry>> parse_ldif(std::string_view bytes, const LdifLimits& limits) {
  if (bytes.size() > limits.max_bytes) return fail(Errc::limit, "the file is too large");
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);  // some editors' byte order mark
  LineSource lines(bytes);
  Parser parser(limits);
  Line line;
  while (lines.next(line)) {
    KONTOR_TRY(parser.take(line));
  }
  return parser.finish();
}

std::string ldif_line(std::string_view name, std::string_view value) {
  std::string line(name);
  if (is_safe(value))
    line.append(value.empty() ? ":" : ": ").append(value);
  else
    line.append(":: ").append(base64_encode(value));
  std::string out = line.substr(0, 76);
  for (std::size_t at = 76; at < line.size(); at += 75) out += "\n " + line.substr(at, 75);
  return out + "\n";
}

}  // namespace kontor::directory
