// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "base/core/text.hpp"
#include "server/sieve/options.hpp"
#include "server/sieve/runner.hpp"

namespace kontor::sieve {
namespace {

std::string zone_text(int zone, std::string_view separator) {
  const int minutes = std::abs(zone);
  return fmt::format("{}{:02}{}{:02}", zone < 0 ? '-' : '+', minutes / 60, separator, minutes % 60);
}

}  // namespace

std::string date_part(std::string_view part, UtcSeconds moment, int zone) {
  using namespace std::chrono;
  const auto local = moment + minutes(zone);
  const auto days = floor<std::chrono::days>(local);
  const year_month_day ymd(days);
  const hh_mm_ss time(local - days);
  const auto year = static_cast<int>(ymd.year());
  const auto month = static_cast<unsigned>(ymd.month()), day = static_cast<unsigned>(ymd.day());
  const auto hour = time.hours().count(), minute = time.minutes().count();
  const auto second = time.seconds().count();
  const auto date = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  const auto clock = fmt::format("{:02}:{:02}:{:02}", hour, minute, second);
  const auto week = weekday(days).c_encoding();
  if (part == "year") return fmt::format("{:04}", year);
  if (part == "month") return fmt::format("{:02}", month);
  if (part == "day") return fmt::format("{:02}", day);
  if (part == "date") return date;
  if (part == "julian")  // RFC 5260, 4.2: the modified Julian day
    return std::to_string(days.time_since_epoch().count() + 40'587);
  if (part == "hour") return fmt::format("{:02}", hour);
  if (part == "minute") return fmt::format("{:02}", minute);
  if (part == "second") return fmt::format("{:02}", second);
  if (part == "time") return clock;
  if (part == "iso8601") return date + 'T' + clock + zone_text(zone, ":");
  if (part == "zone") return zone_text(zone, "");
  if (part == "weekday") return std::to_string(week);
  if (part != "std11") return {};
  constexpr std::array<std::string_view, 7> k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {} {} {:04} {} {}", k_days[week], day, k_months[month - 1], year, clock,
                     zone_text(zone, ""));
}

std::optional<int> written_zone(std::string_view date) {
  date = date.substr(0, date.find('('));
  date = trim(date);
  const auto blank = date.find_last_of(" \t");
  if (blank == std::string_view::npos) return std::nullopt;
  const auto word = date.substr(blank + 1);
  if (const auto zone = parse_zone(word)) return zone;
  constexpr std::array<std::pair<std::string_view, int>, 10> k_zones{{{"EST", -5},
                                                                      {"EDT", -4},
                                                                      {"CST", -6},
                                                                      {"CDT", -5},
                                                                      {"MST", -7},
                                                                      {"MDT", -6},
                                                                      {"PST", -8},
                                                                      {"PDT", -7},
                                                                      {"GMT", 0},
                                                                      {"UT", 0}}};
  for (const auto& [name, hours] : k_zones)
    if (iequals(word, name)) return hours * 60;
  return 0;  // RFC 5322, 4.3: any other is "-0000"
}

}  // namespace kontor::sieve
