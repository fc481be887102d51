// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/periods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/core/text.hpp"
#include "search/query/keys.hpp"

namespace kontor::search {
namespace {

using std::chrono::days;
using std::chrono::month;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month;
using std::chrono::year_month_day;
using std::chrono::years;

// One year more in UTC, so that what is printed can be read.
constexpr int k_first_year = 1900, k_last_year = 9998;

UtcSeconds begin_of(sys_days day, const QueryTime& time) {
  return time.begin_of ? time.begin_of(day) : UtcSeconds(day);
}

sys_days day_at(UtcSeconds moment, const QueryTime& time) {
  return time.day_at ? time.day_at(moment) : std::chrono::floor<days>(moment);
}

bool in_reach(sys_days day, const QueryTime& time) {
  const auto y = int(year_month_day(day).year());
  const int more = time.begin_of ? 0 : 1;
  return y >= k_first_year - more && y <= k_last_year + more;
}

std::optional<Period> from_days(sys_days first, sys_days behind, const QueryTime& time) {
  if (!in_reach(first, time) || !in_reach(behind, time)) return std::nullopt;
  return Period{begin_of(first, time), begin_of(behind, time)};
}

std::optional<Period> whole_month(year_month_day any, const QueryTime& time) {
  const auto first = any.year() / any.month() / 1;
  return from_days(first, sys_days(year_month_day(first + months(1))), time);
}

std::optional<Period> whole_year(year y, const QueryTime& time) {
  return from_days(sys_days(y / 1 / 1), sys_days((y + years(1)) / 1 / 1), time);
}

// Digits only, at most four.
std::optional<unsigned> small_number(std::string_view text) {
  return text.size() > 4 ? std::nullopt : parse_number<unsigned>(text);
}

// 2026, 2026-03, 2026-03-15 with '-', '.' or '/'; 15.03.2026 and 03.2026.
std::optional<Period> numeric_date(std::string_view text, const QueryTime& time) {
  const auto mark = text.find_first_of("-./");
  const char separator = mark == std::string_view::npos ? '-' : text[mark];
  auto parts = split(text, separator);
  if (parts.size() > 3) return std::nullopt;
  if (separator == '.' && parts.back().size() == 4) std::ranges::reverse(parts);
  if (parts.front().size() != 4) return std::nullopt;
  std::array<unsigned, 3> numbers{0, 1, 1};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = small_number(parts[i]);
    if (!number || (i > 0 && parts[i].size() > 2)) return std::nullopt;
    numbers[i] = *number;
  }
  const year_month_day day{year(static_cast<int>(numbers[0])), month(numbers[1]),
                           std::chrono::day(numbers[2])};
  if (!day.ok()) return std::nullopt;
  if (parts.size() == 1) return whole_year(day.year(), time);
  if (parts.size() == 2) return whole_month(day, time);
  return from_days(day, sys_days(day) + days(1), time);
}

// 2026-03-15T12:30[:15][Z]: one second, or one minute.
std::optional<Period> instant(std::string_view text, const QueryTime& time) {
  const auto t = text.find_first_of("Tt");
  if (t != 10) return std::nullopt;
  const auto day = numeric_date(text.substr(0, t), text.ends_with('Z') ? QueryTime{} : time);
  auto clock = text.substr(t + 1);
  if (clock.ends_with('Z')) clock.remove_suffix(1);
  const auto parts = split(clock, ':');
  if (!day || parts.size() < 2 || parts.size() > 3) return std::nullopt;
  std::array<unsigned, 3> numbers{0, 0, 0};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = small_number(parts[i]);
    if (!number || parts[i].size() != 2 || *number > (i == 0 ? 23U : 59U)) return std::nullopt;
    numbers[i] = *number;
  }
  const auto begin = day->begin + std::chrono::hours(numbers[0]) +
                     std::chrono::minutes(numbers[1]) + std::chrono::seconds(numbers[2]);
  return Period{begin, begin + std::chrono::seconds(parts.size() == 3 ? 1 : 60)};
}

constexpr auto k_weekdays = std::to_array<std::array<std::string_view, 3>>({
    {"sunday", "воскресенье", "вс"},
    {"monday", "понедельник", "пн"},
    {"tuesday", "вторник", "вт"},
    {"wednesday", "среда", "ср"},
    {"thursday", "четверг", "чт"},
    {"friday", "пятница", "пт"},
    {"saturday", "суббота", "сб"},
});

constexpr auto k_months = std::to_array<std::array<std::string_view, 3>>({
    {"january", "январь", "января"},
    {"february", "февраль", "февраля"},
    {"march", "март", "марта"},
    {"april", "апрель", "апреля"},
    {"may", "май", "мая"},
    {"june", "июнь", "июня"},
    {"july", "июль", "июля"},
    {"august", "август", "августа"},
    {"september", "сентябрь", "сентября"},
    {"october", "октябрь", "октября"},
    {"november", "ноябрь", "ноября"},
    {"december", "декабрь", "декабря"},
});

template <std::size_t Count>
std::optional<unsigned> index_in(const std::array<std::array<std::string_view, 3>, Count>& table,
                                 std::string_view word) {
  for (unsigned i = 0; i < Count; ++i)
    if (is_among(table[i], word)) return i;
  return std::nullopt;
}

constexpr auto k_this =
    std::to_array<std::string_view>({"this", "эта", "эту", "этой", "этот", "этом", "этого"});
constexpr auto k_last = std::to_array<std::string_view>(
    {"last", "previous", "прошлая", "прошлую", "прошлой", "прошлый", "прошлом", "прошлого"});

// "last week", "прошлый месяц", "this year".
std::optional<Period> this_or_last(std::string_view which,
                                   std::string_view what,
                                   const QueryTime& time) {
  const bool last = is_among(k_last, which);
  if (!last && !is_among(k_this, which)) return std::nullopt;
  const auto today = day_at(time.now, time);
  const year_month_day date = today;
  if (what == "week" || what.starts_with("недел")) {
    const auto monday = today - (std::chrono::weekday(today) - std::chrono::Monday);
    const auto first = last ? monday - days(7) : monday;
    return from_days(first, first + days(7), time);
  }
  if (what == "month" || what.starts_with("месяц"))
    return whole_month(last ? year_month_day(date.year() / date.month() / 1) - months(1) : date,
                       time);
  if (what == "year" || what.starts_with("год"))
    return whole_year(last ? date.year() - years(1) : date.year(), time);
  return std::nullopt;
}

// A month alone is the latest that has begun.
std::optional<Period> named_month(std::string_view name,
                                  std::string_view of_year,
                                  const QueryTime& time) {
  const auto index = index_in(k_months, name);
  if (!index) return std::nullopt;
  const year_month_day today = day_at(time.now, time);
  auto y = today.year();
  if (of_year.empty()) {
    if (month(*index + 1) > today.month()) y -= years(1);
  } else {
    const auto number = small_number(of_year);
    if (!number || of_year.size() != 4) return std::nullopt;
    y = year(static_cast<int>(*number));
  }
  return whole_month(y / month(*index + 1) / 1, time);
}

std::optional<Period> named_period(std::string_view text, const QueryTime& time) {
  auto form = key_form(text);
  std::ranges::replace_if(form, [](char c) { return c == ' ' || c == '_'; }, '-');
  const auto today = day_at(time.now, time);
  const auto one_day = [&](sys_days day) { return from_days(day, day + days(1), time); };
  if (form == "today" || form == "сегодня") return one_day(today);
  if (form == "yesterday" || form == "вчера") return one_day(today - days(1));
  if (form == "позавчера") return one_day(today - days(2));
  // The latest day of that name.
  if (const auto weekday = index_in(k_weekdays, form))
    return one_day(today - (std::chrono::weekday(today) - std::chrono::weekday(*weekday)));
  const auto dash = std::min(form.find('-'), form.size());
  const auto first = std::string_view(form).substr(0, dash);
  const auto second = std::string_view(form).substr(std::min(dash + 1, form.size()));
  if (auto month_found = named_month(first, second, time)) return month_found;
  return this_or_last(first, second, time);
}

enum class Unit : std::uint8_t { hour, day, week, month, year };
struct UnitName {
  std::string_view name;
  Unit unit;
};
constexpr auto k_units = std::to_array<UnitName>({
    {"h", Unit::hour},       {"hour", Unit::hour},    {"hours", Unit::hour},
    {"ч", Unit::hour},       {"час", Unit::hour},     {"часа", Unit::hour},
    {"часов", Unit::hour},   {"d", Unit::day},        {"day", Unit::day},
    {"days", Unit::day},     {"д", Unit::day},        {"день", Unit::day},
    {"дня", Unit::day},      {"дней", Unit::day},     {"w", Unit::week},
    {"week", Unit::week},    {"weeks", Unit::week},   {"н", Unit::week},
    {"неделя", Unit::week},  {"недели", Unit::week},  {"неделю", Unit::week},
    {"недель", Unit::week},  {"m", Unit::month},      {"month", Unit::month},
    {"months", Unit::month}, {"м", Unit::month},      {"мес", Unit::month},
    {"месяц", Unit::month},  {"месяца", Unit::month}, {"месяцев", Unit::month},
    {"y", Unit::year},       {"year", Unit::year},    {"years", Unit::year},
    {"г", Unit::year},       {"год", Unit::year},     {"года", Unit::year},
    {"лет", Unit::year},     {"л", Unit::year},
});

// The day so many months before; of a month without that day its last.
sys_days months_before(sys_days day, unsigned count) {
  const year_month_day date = day;
  const year_month_day back = (year_month(date.year(), date.month()) - months(count)) / date.day();
  return back.ok() ? sys_days(back) : sys_days(back.year() / back.month() / std::chrono::last);
}

std::optional<UtcSeconds> moment_ago(unsigned count, Unit unit, const QueryTime& time) {
  if (unit == Unit::hour) {
    const auto then = time.now - std::chrono::hours(count);
    if (!in_reach(std::chrono::floor<days>(then), time)) return std::nullopt;
    return then;
  }
  const auto today = day_at(time.now, time);
  const auto since_midnight = time.now - begin_of(today, time);
  auto day = today;
  if (unit == Unit::day) day -= days(count);
  if (unit == Unit::week) day -= days(count * 7);
  if (unit == Unit::month) day = months_before(today, count);
  if (unit == Unit::year) day = months_before(today, count * 12);
  if (!in_reach(day, time)) return std::nullopt;
  return begin_of(day, time) + since_midnight;
}

}  // namespace

std::optional<UtcSeconds> read_age(std::string_view text, const QueryTime& time) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const auto count = small_number(text.substr(0, digits));
  const auto name = key_form(trim(text.substr(digits)));
  const auto unit = std::ranges::find(k_units, name, &UnitName::name);
  if (!count || unit == k_units.end()) return std::nullopt;
  return moment_ago(*count, unit->unit, time);
}

std::optional<Period> read_period(std::string_view text, const QueryTime& time) {
  if (const auto dots = text.find(".."); dots != std::string_view::npos) {
    const auto last_part = text.substr(dots + 2);
    if (last_part.contains("..")) return std::nullopt;
    const auto first = read_period(text.substr(0, dots), time);
    const auto last = read_period(last_part, time);
    if (!first || !last) return std::nullopt;
    return Period{first->begin, last->end};
  }
  if (auto date = numeric_date(text, time)) return date;
  if (auto moment = instant(text, time)) return moment;
  if (const auto then = read_age(text, time)) {
    const auto day = day_at(*then, time);
    return from_days(day, day + days(1), time);
  }
  return named_period(text, time);
}

std::string print_instant(UtcSeconds time) {
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date = day;
  const auto seconds = (time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), seconds / 3'600,
                     seconds / 60 % 60, seconds % 60);
}

std::optional<std::uint64_t> read_size(std::string_view text) {
  struct Suffix {
    std::string_view name;
    unsigned shift;
  };
  constexpr auto k_suffixes = std::to_array<Suffix>({{"", 0},
                                                     {"b", 0},
                                                     {"б", 0},
                                                     {"k", 10},
                                                     {"kb", 10},
                                                     {"kib", 10},
                                                     {"к", 10},
                                                     {"кб", 10},
                                                     {"m", 20},
                                                     {"mb", 20},
                                                     {"mib", 20},
                                                     {"м", 20},
                                                     {"мб", 20},
                                                     {"g", 30},
                                                     {"gb", 30},
                                                     {"gib", 30},
                                                     {"г", 30},
                                                     {"гб", 30}});
  std::size_t digits = 0;
  while (digits < text.size() &&
         (is_digit(text[digits]) || text[digits] == '.' || text[digits] == ','))
    ++digits;
  const auto form = key_form(trim(text.substr(digits)));
  const auto suffix = std::ranges::find(k_suffixes, form, &Suffix::name);
  if (digits == 0 || suffix == k_suffixes.end()) return std::nullopt;
  const auto number = text.substr(0, digits);
  const auto point = std::min(number.find_first_of(".,"), number.size());
  const auto whole = parse_number<std::uint64_t>(number.substr(0, point));
  if (!whole || *whole > k_max_size >> suffix->shift) return std::nullopt;
  auto bytes = *whole << suffix->shift;
  if (point < number.size()) {
    const auto decimals = number.substr(point + 1);
    const auto part = small_number(decimals);
    if (!part || suffix->shift == 0) return std::nullopt;
    std::uint64_t scale = 1;
    for (std::size_t i = 0; i < decimals.size(); ++i) scale *= 10;
    bytes += (std::uint64_t{*part} << suffix->shift) / scale;
  }
  return std::min(bytes, k_max_size);
}

QueryTime local_time(UtcSeconds now) {
  QueryTime time;
  time.now = now;
  time.begin_of = [](sys_days day) {
    const year_month_day date = day;
    std::tm parts{};
    parts.tm_year = int(date.year()) - 1900;
    parts.tm_mon = static_cast<int>(unsigned(date.month())) - 1;
    parts.tm_mday = static_cast<int>(unsigned(date.day()));
    parts.tm_isdst = -1;
    return UtcSeconds(std::chrono::seconds(std::mktime(&parts)));
  };
  time.day_at = [](UtcSeconds moment) -> sys_days {
    const std::time_t seconds = moment.time_since_epoch().count();
    std::tm parts{};
    if (localtime_r(&seconds, &parts) == nullptr) return std::chrono::floor<days>(moment);
    return year(parts.tm_year + 1900) / month(static_cast<unsigned>(parts.tm_mon) + 1) /
           std::chrono::day(static_cast<unsigned>(parts.tm_mday));
  };
  return time;
}

}  // namespace kontor::search
