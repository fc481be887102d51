// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/daily_tallies.hpp"

#include "base/core/text.hpp"

namespace kontor::io {

std::string day_name(Day day) {
  const std::chrono::year_month_day date(day);
  return std::to_string(static_cast<unsigned>(static_cast<int>(date.year())) * 10'000U +
                        static_cast<unsigned>(date.month()) * 100U +
                        static_cast<unsigned>(date.day()));
}

std::optional<Day> parse_day_name(std::string_view name) {
  constexpr std::uint32_t k_first = 10'000'000;
  const auto number = parse_number<std::uint32_t>(name);
  if (!number || name.size() != 8 || *number < k_first) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(*number / 10'000)),
                                        std::chrono::month(*number / 100 % 100),
                                        std::chrono::day(*number % 100));
  return day.ok() ? std::optional(Day(day)) : std::nullopt;
}

}  // namespace kontor::io
