// SPDX-License-Identifier: GPL-3.0-or-later
// Days and times of a calendar object in the words of a language. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "calendar/ical/object.hpp"
#include "calendar/zone/zones.hpp"

namespace kontor::scheduling {

enum class Language : std::uint8_t { english, russian };
Language language_of(std::string_view name) noexcept;  // "ru"; all else is English

std::string_view month_name(std::chrono::month month, Language language);  // Russian: "ноября"
std::string_view weekday_name(std::chrono::weekday day, Language language);
// "23 November 2026"; "23 ноября 2026 г."
std::string date_words(std::chrono::local_days day, Language language);
// "Monday, 23 November 2026"
std::string day_words(std::chrono::local_days day, Language language);

// When one component takes place: "Monday, 23 November 2026, 10:00–11:00 (Europe/Moscow,
// UTC+03:00)", on the clock of its DTSTART. Empty: it says no time.
std::string when_words(const calendar::Component& part,
                       calendar::ObjectZones& zones,
                       Language language);
// The same of one moment: of an EXDATE, a RECURRENCE-ID.
std::string moment_words(const calendar::DateTime& time, Language language);

}  // namespace kontor::scheduling
