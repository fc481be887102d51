// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/header.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"

namespace kontor::mime {
namespace {

std::size_t next_line(std::string_view text, std::size_t begin) noexcept {
  const auto end = text.find('\n', begin);
  return end == std::string_view::npos ? text.size() : end + 1;
}

// Where the name ends: field-name = 1*ftext (RFC 5322, 3.6.8), blanks allowed before the colon
// (RFC 5322, 4.5.8). 0: the line is no field.
std::size_t name_size(std::string_view line) noexcept {
  std::size_t size = 0;
  while (size < line.size() && line[size] > ' ' && line[size] < 127 && line[size] != ':') ++size;
  return size;
}

bool is_end(std::string_view line) noexcept {
  return line.find_first_not_of("\r\n") == std::string_view::npos;
}

// Names of fields, whatever their case. A few are compared one by one, which is cheaper than
// hashing; many are not, as every field of every message is compared with all of them.
class FieldNames {
 public:
  explicit FieldNames(const std::vector<std::string>& names) : names_(names) {
    if (names.size() <= k_few) return;
    for (const auto& name : names) hashed_.insert(to_lower(name));
  }
  bool contains(std::string_view name) const {
    if (!hashed_.empty()) return hashed_.contains(to_lower(name));
    return std::ranges::any_of(names_, [&](const auto& one) { return iequals(one, name); });
  }

 private:
  static constexpr std::size_t k_few = 16;
  const std::vector<std::string>& names_;
  std::unordered_set<std::string> hashed_;
};

}  // namespace

bool FieldCursor::next(HeaderField& field) {
  while (pos_ < header_.size()) {
    const std::size_t begin = pos_;
    std::size_t end = next_line(header_, begin);
    const auto line = header_.substr(begin, end - begin);
    if (is_end(line)) return false;
    while (end < header_.size() && (header_[end] == ' ' || header_[end] == '\t'))
      end = next_line(header_, end);
    pos_ = end;
    const std::size_t name = name_size(line);
    const std::size_t colon = line.find_first_not_of(" \t", name);
    if (name == 0 || colon == std::string_view::npos || line[colon] != ':') continue;
    field.name = line.substr(0, name);
    field.value = header_.substr(begin + colon + 1, end - begin - colon - 1);
    if (field.value.ends_with('\n')) field.value.remove_suffix(1);
    if (field.value.ends_with('\r')) field.value.remove_suffix(1);
    field.range = Range{begin, end - begin};
    return true;
  }
  return false;
}

ContentFields content_fields(std::string_view header) {
  ContentFields found;
  HeaderField field;
  for (FieldCursor cursor(header); cursor.next(field);) {
    if (!found.type && iequals(field.name, "Content-Type")) found.type = field.value;
    if (!found.encoding && iequals(field.name, "Content-Transfer-Encoding"))
      found.encoding = field.value;
  }
  return found;
}

std::vector<HeaderField> parse_fields(std::string_view header) {
  std::vector<HeaderField> fields;
  HeaderField field;
  for (FieldCursor cursor(header); cursor.next(field);) fields.push_back(field);
  return fields;
}

std::optional<std::string> field_value(std::string_view header, std::string_view name) {
  HeaderField field;
  for (FieldCursor cursor(header); cursor.next(field);)
    if (iequals(field.name, name)) return std::string(trim(unfold(field.value)));
  return std::nullopt;
}

std::string select_fields(std::string_view header,
                          const std::vector<std::string>& names,
                          bool exclude) {
  const FieldNames wanted(names);
  std::string out;
  HeaderField field;
  for (FieldCursor cursor(header); cursor.next(field);) {
    if (wanted.contains(field.name) == exclude) continue;
    out.append(field.range.of(header));
    if (!out.ends_with('\n')) out.append("\r\n");
  }
  return out.append("\r\n");
}

std::string unfold(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char c : value)
    if (c != '\r' && c != '\n') out.push_back(c);
  return out;
}

std::string Mailbox::address() const { return domain.empty() ? local : local + "@" + domain; }

}  // namespace kontor::mime
