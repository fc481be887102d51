// SPDX-License-Identifier: GPL-3.0-or-later
// Text matches of CalDAV (RFC 4791, 9.7.5) and CardDAV (RFC 6352, 10.5.4) filters. Pure; any
// thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/text/component.hpp"

namespace kontor::calendar {

enum class Collation : unsigned char { ascii_casemap, octet, unicode_casemap };
enum class MatchType : unsigned char { contains, equals, starts_with, ends_with };

// "i;ascii-casemap", "i;octet", "i;unicode-casemap"; "default" is i;ascii-casemap in CalDAV and
// i;unicode-casemap in CardDAV, which callers say themselves. Nothing for another: the
// precondition supported-collation.
std::optional<Collation> collation_of(std::string_view name) noexcept;

struct TextMatch {
  std::string text;
  Collation collation = Collation::ascii_casemap;
  MatchType type = MatchType::contains;
  bool negate = false;
};

// Whether `text` (escapes undone) matches, `negate` counted in.
bool matches(const TextMatch& match, std::string_view text);

struct ParamFilter {  // RFC 4791, 9.7.3; RFC 6352, 10.5.2
  std::string name;
  bool is_not_defined = false;
  std::optional<TextMatch> text;
};

bool matches(const ParamFilter& filter, const Property& property);

}  // namespace kontor::calendar
