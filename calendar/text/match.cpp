// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/text/match.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/collation.hpp"

namespace kontor::calendar {
namespace {

std::string key_of(std::string_view text, Collation collation) {
  switch (collation) {
    case Collation::octet:
      return std::string(text);
    case Collation::ascii_casemap:
      return to_upper(text);
    case Collation::unicode_casemap:
      return mime::casemap_key(text);
  }
  return std::string(text);
}

bool compare(std::string_view text, std::string_view wanted, MatchType type) {
  switch (type) {
    case MatchType::contains:
      return text.contains(wanted);
    case MatchType::equals:
      return text == wanted;
    case MatchType::starts_with:
      return text.starts_with(wanted);
    case MatchType::ends_with:
      return text.ends_with(wanted);
  }
  return false;
}

}  // namespace

std::optional<Collation> collation_of(std::string_view name) noexcept {
  if (name == "i;ascii-casemap") return Collation::ascii_casemap;
  if (name == "i;octet") return Collation::octet;
  if (name == "i;unicode-casemap") return Collation::unicode_casemap;
  return std::nullopt;
}

bool matches(const TextMatch& match, std::string_view text) {
  const auto collation = match.collation;
  return compare(key_of(text, collation), key_of(match.text, collation), match.type) !=
         match.negate;
}

bool matches(const ParamFilter& filter, const Property& property) {
  const Parameter* found = property.find(filter.name);
  if (filter.is_not_defined) return found == nullptr;
  if (found == nullptr) return false;
  if (!filter.text) return true;
  // RFC 4791, 9.7.3: of several values one is enough; negated, none may match.
  const auto plain = [&](const std::string& value) {
    TextMatch match = *filter.text;
    match.negate = false;
    return matches(match, value);
  };
  return std::ranges::any_of(found->values, plain) != filter.text->negate;
}

}  // namespace kontor::calendar
