// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/imip/time_words.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/core/text.hpp"

namespace kontor::scheduling {
namespace {

using calendar::DateTime;
using calendar::LocalSeconds;
using std::chrono::local_days;
using Names = std::array<std::string_view, 2>;  // English, Russian

constexpr std::array k_months{
    Names{"January", "января"},  Names{"February", "февраля"}, Names{"March", "марта"},
    Names{"April", "апреля"},    Names{"May", "мая"},          Names{"June", "июня"},
    Names{"July", "июля"},       Names{"August", "августа"},   Names{"September", "сентября"},
    Names{"October", "октября"}, Names{"November", "ноября"},  Names{"December", "декабря"},
};
constexpr std::array k_days{
    Names{"Sunday", "воскресенье"}, Names{"Monday", "понедельник"}, Names{"Tuesday", "вторник"},
    Names{"Wednesday", "среда"},    Names{"Thursday", "четверг"},   Names{"Friday", "пятница"},
    Names{"Saturday", "суббота"},
};

local_days day_of(LocalSeconds time) { return std::chrono::floor<std::chrono::days>(time); }

std::string clock_words(LocalSeconds time) {
  const std::chrono::hh_mm_ss parts(time - day_of(time));
  return fmt::format("{:02}:{:02}", parts.hours().count(), parts.minutes().count());
}

std::string offset_words(std::chrono::seconds offset) {
  const auto minutes = std::abs(std::chrono::duration_cast<std::chrono::minutes>(offset).count());
  return fmt::format("UTC{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
}

std::string zone_words(const DateTime& time, calendar::ObjectZones& zones) {
  if (time.form == calendar::TimeForm::utc) return " (UTC)";
  if (time.form != calendar::TimeForm::zoned || !zones.knows(time.tzid)) return {};
  const auto& zone = zones.zone_of(time);
  return fmt::format(" ({}, {})", zone->id(), offset_words(zone->offset_at(zones.utc(time))));
}

// On the clock of the start; a day is the first one after the end. Nothing: no end, or none after
// the start.
std::optional<LocalSeconds> end_of(const calendar::Component& part,
                                   const DateTime& start,
                                   calendar::ObjectZones& zones) {
  const auto on_clock = [&](UtcSeconds time) { return zones.zone_of(start)->to_local(time); };
  std::optional<LocalSeconds> end;
  const auto* property = part.find("DTEND");
  if (property == nullptr) property = part.find("DUE");
  if (property != nullptr) {
    const auto time = calendar::read_date_time(*property);
    if (time && time->form == start.form && time->tzid == start.tzid)
      end = time->local;
    else if (time)
      end = on_clock(zones.utc(*time));
  } else if (const auto length = calendar::read_duration(part.value("DURATION"))) {
    DateTime time = start;
    time.local += length->days;
    end = start.is_date() ? time.local : on_clock(zones.utc(time) + length->seconds);
  }
  return end && *end > start.local ? end : std::nullopt;
}

std::string days_words(local_days first, std::optional<LocalSeconds> end, Language language) {
  const auto last = end ? day_of(*end - std::chrono::seconds(1)) : first;
  auto out = day_words(first, language);
  if (last > first) return out + " – " + day_words(last, language);
  return out + (language == Language::russian ? ", весь день" : ", all day");
}

}  // namespace

Language language_of(std::string_view name) noexcept {
  return iequals(name, "ru") ? Language::russian : Language::english;
}

std::string_view month_name(std::chrono::month month, Language language) {
  return k_months.at(static_cast<unsigned>(month) - 1).at(static_cast<std::size_t>(language));
}

std::string_view weekday_name(std::chrono::weekday day, Language language) {
  return k_days.at(day.c_encoding()).at(static_cast<std::size_t>(language));
}

std::string date_words(local_days day, Language language) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{} {} {}{}", static_cast<unsigned>(date.day()),
                     month_name(date.month(), language), static_cast<int>(date.year()),
                     language == Language::russian ? " г." : "");
}

std::string day_words(local_days day, Language language) {
  return fmt::format("{}, {}", weekday_name(std::chrono::weekday(day), language),
                     date_words(day, language));
}

std::string moment_words(const DateTime& time, Language language) {
  auto out = day_words(day_of(time.local), language);
  if (!time.is_date()) out += ", " + clock_words(time.local);
  return time.form == calendar::TimeForm::utc ? out + " (UTC)" : out;
}

std::string when_words(const calendar::Component& part,
                       calendar::ObjectZones& zones,
                       Language language) {
  const auto* property = part.find("DTSTART");
  if (property == nullptr) property = part.find("DUE");
  const auto start = property == nullptr ? std::nullopt : calendar::read_date_time(*property);
  if (!start) return {};
  const auto end = end_of(part, *start, zones);
  const auto day = day_of(start->local);
  if (start->is_date()) return days_words(day, end, language);
  auto out = day_words(day, language) + ", " + clock_words(start->local);
  if (end && day_of(*end) == day)
    out += "–" + clock_words(*end);
  else if (end)
    out += " – " + day_words(day_of(*end), language) + ", " + clock_words(*end);
  return out + zone_words(*start, zones);
}

}  // namespace kontor::scheduling
