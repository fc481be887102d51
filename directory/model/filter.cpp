// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/filter.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/core/text.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {
namespace {

using Kind = LdapFilter::Kind;

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A DN as controllers send it when asked for more: "<GUID=…>;<SID=…>;CN=…".
std::string_view without_identity(std::string_view value) {
  while (value.starts_with("<GUID=") || value.starts_with("<SID=")) {
    const auto end = value.find(">;");
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 2);
  }
  return value;
}

// Negative: a is less.
int compare(const std::string& a, const std::string& b) {
  const auto left = integer_of(a);
  const auto right = integer_of(b);
  if (left && right) return *left < *right ? -1 : static_cast<int>(*left > *right);
  return a.compare(b);
}

bool fits_value(const LdapFilter& filter, const std::string& value) {
  if (filter.kind == Kind::all_bits || filter.kind == Kind::any_bit) {
    const auto have = integer_of(value);
    const auto want = integer_of(filter.values.front());
    if (!have || !want) return false;
    return filter.kind == Kind::any_bit ? (*have & *want) != 0 : (*have & *want) == *want;
  }
  const auto folded = fold_value(without_identity(value));
  switch (filter.kind) {
    case Kind::equal:
      return folded == filter.values.front();
    case Kind::less:
      return compare(folded, filter.values.front()) <= 0;
    case Kind::greater:
      return compare(folded, filter.values.front()) >= 0;
    default:
      return contains_parts(folded, filter.values);
  }
}

bool fulfils(const LdapFilter& filter, const Attributes& entry) {
  const auto inner = [&](const LdapFilter& one) { return fulfils(one, entry); };
  if (filter.kind == Kind::all) return std::ranges::all_of(filter.inner, inner);
  if (filter.kind == Kind::any) return std::ranges::any_of(filter.inner, inner);
  if (filter.kind == Kind::none) return std::ranges::none_of(filter.inner, inner);
  const auto found = entry.find(filter.attribute);
  if (found == entry.end()) return false;
  if (filter.kind == Kind::present) return !found->second.empty();
  const auto fits = [&](const std::string& value) { return fits_value(filter, value); };
  return std::ranges::any_of(found->second, fits);
}

void fold(LdapFilter& filter) {
  for (auto& value : filter.values)
    value = filter.kind == Kind::parts ? fold_part(value) : fold_value(value);
  for (auto& one : filter.inner) fold(one);
}

}  // namespace

std::string fold_value(std::string_view value) {
  const auto folded = fold_name(to_valid_utf8(value));
  std::string out;
  for (const char c : folded)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out.push_back(c);
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool contains_parts(std::string_view text, const std::vector<std::string>& parts) {
  const std::string& first = parts.front();
  const std::string& last = parts.back();
  if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last))
    return false;
  text.remove_prefix(first.size());
  text.remove_suffix(last.size());
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const auto at = text.find(parts[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + parts[i].size());
  }
  return true;
}

std::string fold_part(std::string_view part) { return fold_name(to_valid_utf8(part)); }

Filter::Filter(LdapFilter parsed) : filter_(std::move(parsed)) { fold(filter_); }

bool Filter::matches(const Attributes& entry) const { return fulfils(filter_, entry); }

}  // namespace kontor::directory
