// SPDX-License-Identifier: GPL-3.0-or-later
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include "calendar/zone/zones.hpp"

namespace kontor::calendar {

std::optional<std::string> from_windows_zone(std::string_view name) {
  if (name.empty() || name.size() > 100) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString id;
  const auto piece = icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size()));
  icu::TimeZone::getIDForWindowsID(icu::UnicodeString::fromUTF8(piece), nullptr, id, status);
  if (U_FAILURE(status) || id.isEmpty()) return std::nullopt;
  std::string text;
  return id.toUTF8String(text);
}

}  // namespace kontor::calendar
