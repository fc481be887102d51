// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/core/text.hpp"
#include "calendar/ical/rule.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> k_frequencies = {
    "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
constexpr std::array<std::string_view, 7> k_days = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::optional<int> read_signed(std::string_view text) {
  text = trim(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto number = parse_number<unsigned>(text);
  if (!number || *number > 1000) return std::nullopt;
  return negative ? -static_cast<int>(*number) : static_cast<int>(*number);
}

std::optional<weekday> read_weekday(std::string_view text) {
  for (unsigned i = 0; i < k_days.size(); ++i)
    if (iequals(text, k_days[i])) return weekday(i);
  return std::nullopt;
}

struct Span {
  int lowest;
  int highest;
  bool signed_too;  // the negative range as well, without 0
};

// A part that is a list of numbers, and where it goes.
struct ListPart {
  std::string_view name;
  std::vector<int> Rule::* list;
  Span span;
};

constexpr std::array k_lists = {
    ListPart{"BYSECOND", &Rule::by_second, {0, 60, false}},
    ListPart{"BYMINUTE", &Rule::by_minute, {0, 59, false}},
    ListPart{"BYHOUR", &Rule::by_hour, {0, 23, false}},
    ListPart{"BYMONTHDAY", &Rule::by_month_day, {1, 31, true}},
    ListPart{"BYYEARDAY", &Rule::by_year_day, {1, 366, true}},
    ListPart{"BYWEEKNO", &Rule::by_week, {1, 53, true}},
    ListPart{"BYMONTH", &Rule::by_month, {1, 12, false}},
    ListPart{"BYSETPOS", &Rule::by_position, {1, 366, true}},
};

bool read_list(std::string_view value, const Span& span, std::vector<int>& list) {
  list.clear();
  for (const auto piece : split(value, ',')) {
    const auto number = read_signed(piece);
    if (!number) return false;
    const int size = span.signed_too ? std::abs(*number) : *number;
    if (size < span.lowest || size > span.highest) return false;
    list.push_back(*number);
    if (list.size() > 1000) return false;
  }
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
  return true;
}

bool read_by_day(std::string_view value, std::vector<WeekdayNumber>& list) {
  list.clear();
  for (auto piece : split(value, ',')) {
    piece = trim(piece);
    if (piece.size() < 2) return false;
    const auto day = read_weekday(piece.substr(piece.size() - 2));
    piece.remove_suffix(2);
    const auto number = piece.empty() ? std::optional(0) : read_signed(piece);
    if (!day || !number || std::abs(*number) > 53) return false;
    if (list.size() >= 800) return false;
    list.push_back({*day, *number});
  }
  return true;
}

// One NAME=VALUE; false: the value cannot be read.
bool take_part(Rule& rule, std::string_view name, std::string_view value, bool& has_frequency) {
  if (iequals(name, "FREQ")) {
    const auto found =
        std::ranges::find_if(k_frequencies, [&](auto one) { return iequals(one, value); });
    if (found == k_frequencies.end()) return false;
    rule.frequency = static_cast<Frequency>(found - k_frequencies.begin());
    return has_frequency = true;
  }
  if (iequals(name, "INTERVAL") || iequals(name, "COUNT")) {
    const auto number = parse_number<std::uint32_t>(value);
    if (!number || *number == 0) return false;
    if (iequals(name, "COUNT"))
      rule.count = number;
    else
      rule.interval = *number;
    return true;
  }
  if (iequals(name, "UNTIL")) return (rule.until = read_date_time(value)).has_value();
  if (iequals(name, "BYDAY")) return read_by_day(value, rule.by_day);
  if (iequals(name, "RSCALE")) return iequals(value, "GREGORIAN");  // RFC 7529, 4
  if (iequals(name, "SKIP")) return iequals(value, "OMIT");
  if (iequals(name, "WKST")) {
    const auto day = read_weekday(value);
    if (day) rule.week_start = *day;
    return day.has_value();
  }
  for (const auto& part : k_lists)
    if (iequals(name, part.name)) return read_list(value, part.span, rule.*part.list);
  return true;  // RFC 5545, 3.3.10: what is not known is passed over
}

}  // namespace

std::expected<Rule, std::string> read_rule(std::string_view value) {
  Rule rule;
  bool has_frequency = false;
  for (const auto piece : split(trim(value), ';')) {
    if (trim(piece).empty()) continue;
    const auto equals = piece.find('=');
    const auto name = trim(piece.substr(0, equals));
    const auto written = equals == std::string_view::npos ? "" : trim(piece.substr(equals + 1));
    if (!take_part(rule, name, written, has_frequency))
      return std::unexpected("RRULE: " + to_valid_utf8(piece.substr(0, 60)) + " cannot be read.");
  }
  if (!has_frequency) return std::unexpected("An RRULE has no FREQ.");
  return rule;
}

}  // namespace kontor::calendar
