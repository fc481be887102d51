// SPDX-License-Identifier: GPL-3.0-or-later
// What people make in calendar programs has words; a rule with any other part has none, since half
// of a rule would say something else.
#include "server/scheduling/imip/rule_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "calendar/ical/rule.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Frequency;
using calendar::Rule;
using calendar::WeekdayNumber;

// Russian words follow a number in three forms: 1 день, 2 дня, 5 дней.
struct Forms {
  std::string_view one, few, many;
};
std::string_view form_of(const Forms& forms, std::uint32_t number) {
  const auto last = number % 10, tens = number % 100;
  if (last == 1 && tens != 11) return forms.one;
  return last >= 2 && last <= 4 && (tens < 12 || tens > 14) ? forms.few : forms.many;
}

struct Unit {
  Frequency frequency;
  std::string_view english;  // "day"
  std::string_view every;    // "каждый"
  Forms russian;
};
constexpr std::array k_units{
    Unit{Frequency::daily, "day", "каждый", {"день", "дня", "дней"}},
    Unit{Frequency::weekly, "week", "каждую", {"неделю", "недели", "недель"}},
    Unit{Frequency::monthly, "month", "каждый", {"месяц", "месяца", "месяцев"}},
    Unit{Frequency::yearly, "year", "каждый", {"год", "года", "лет"}},
};

std::string every(const Unit& unit, std::uint32_t interval, Language language) {
  if (language == Language::english)
    return interval == 1 ? fmt::format("every {}", unit.english)
                         : fmt::format("every {} {}s", interval, unit.english);
  if (interval == 1) return fmt::format("{} {}", unit.every, unit.russian.one);
  const auto word = form_of(unit.russian, interval);
  return fmt::format("{} {} {}", word == unit.russian.one ? unit.every : "каждые", interval, word);
}

enum class Gender : std::uint8_t { masculine, feminine, neuter };
Gender gender_of(std::chrono::weekday day) {
  if (day == std::chrono::Sunday) return Gender::neuter;
  const bool is_feminine =
      day == std::chrono::Wednesday || day == std::chrono::Friday || day == std::chrono::Saturday;
  return is_feminine ? Gender::feminine : Gender::masculine;
}

struct Ordinal {
  int number;
  std::string_view english;
  std::array<std::string_view, 3> russian;  // by Gender
};
constexpr std::array k_ordinals{
    Ordinal{1, "first", {"первый", "первая", "первое"}},
    Ordinal{2, "second", {"второй", "вторая", "второе"}},
    Ordinal{3, "third", {"третий", "третья", "третье"}},
    Ordinal{4, "fourth", {"четвёртый", "четвёртая", "четвёртое"}},
    Ordinal{5, "fifth", {"пятый", "пятая", "пятое"}},
    Ordinal{-1, "last", {"последний", "последняя", "последнее"}},
    Ordinal{-2, "second to last", {"предпоследний", "предпоследняя", "предпоследнее"}},
};
const Ordinal* ordinal_of(int number) {
  const auto found = std::ranges::find(k_ordinals, number, &Ordinal::number);
  return found == k_ordinals.end() ? nullptr : &*found;
}

// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& words, Language language) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i > 0 && i + 1 == words.size();
    out += i == 0 ? "" : is_last ? (language == Language::russian ? " и " : " and ") : ", ";
    out += words[i];
  }
  return out;
}

bool is_working_week(const std::vector<WeekdayNumber>& days) {
  return days.size() == 5 && std::ranges::all_of(days, [](const auto& one) {
           return one.number == 0 && one.day != std::chrono::Saturday &&
                  one.day != std::chrono::Sunday;
         });
}

class RuleWords {
 public:
  RuleWords(const Rule& rule, const calendar::DateTime& start, Language language)
      : rule_(rule), start_(start), language_(language) {}

  // Nothing: there are none.
  std::optional<std::string> run(calendar::ObjectZones& zones) const {
    const auto unit = std::ranges::find(k_units, rule_.frequency, &Unit::frequency);
    if (unit == k_units.end() || !rule_.by_second.empty() || !rule_.by_minute.empty() ||
        !rule_.by_hour.empty() || !rule_.by_year_day.empty() || !rule_.by_week.empty())
      return std::nullopt;
    const auto where = place();
    if (!where) return std::nullopt;
    return every(*unit, rule_.interval, language_) + *where + end(zones);
  }

 private:
  bool is_russian() const { return language_ == Language::russian; }

  // On what days of the period; nothing: no words.
  std::optional<std::string> place() const {
    const bool days = !rule_.by_day.empty(), numbers = !rule_.by_month_day.empty();
    const bool months = !rule_.by_month.empty(), positions = !rule_.by_position.empty();
    switch (rule_.frequency) {
      case Frequency::daily:
        if (numbers || months || positions) return std::nullopt;
        return days ? weekdays() : "";
      case Frequency::weekly:
        if (numbers || months || positions) return std::nullopt;
        return days ? weekdays() : "";
      case Frequency::monthly:
        if (months || (days && numbers) || (positions && !days)) return std::nullopt;
        return days ? numbered_days() : numbers ? month_days() : "";
      default:
        return yearly();
    }
  }

  std::optional<std::string> weekdays() const {
    std::vector<std::string> names;
    for (const auto& one : rule_.by_day) {
      if (one.number != 0) return std::nullopt;
      names.emplace_back(weekday_name(one.day, language_));
    }
    return (is_russian() ? ": " : " on ") + listed(names, language_);
  }

  // "the first Monday and the last Friday"; "the last working day".
  std::optional<std::string> numbered_days() const {
    std::vector<std::string> names;
    if (rule_.by_position.empty()) {
      for (const auto& one : rule_.by_day) {
        const auto* ordinal = ordinal_of(one.number);
        if (ordinal == nullptr) return std::nullopt;
        const auto by_gender = ordinal->russian.at(static_cast<std::size_t>(gender_of(one.day)));
        names.push_back(
            is_russian()
                ? fmt::format("{} {}", by_gender, weekday_name(one.day, language_))
                : fmt::format("the {} {}", ordinal->english, weekday_name(one.day, language_)));
      }
    } else {
      const auto* ordinal =
          rule_.by_position.size() == 1 ? ordinal_of(rule_.by_position.front()) : nullptr;
      if (ordinal == nullptr) return std::nullopt;
      const auto& day = rule_.by_day.front();
      const bool is_single = rule_.by_day.size() == 1 && day.number == 0;
      if (!is_single && !is_working_week(rule_.by_day)) return std::nullopt;
      const auto gender = is_single ? gender_of(day.day) : Gender::masculine;
      names.push_back(
          is_russian() ? fmt::format("{} {}", ordinal->russian.at(static_cast<std::size_t>(gender)),
                                     is_single ? weekday_name(day.day, language_) : "рабочий день")
                       : fmt::format("the {} {}", ordinal->english,
                                     is_single ? weekday_name(day.day, language_) : "working day"));
    }
    return (is_russian() ? ": " : " on ") + listed(names, language_);
  }

  std::optional<std::string> month_days() const {
    if (rule_.by_month_day == std::vector{-1})
      return is_russian() ? ": последний день" : " on the last day";
    std::vector<std::string> names;
    for (const int day : rule_.by_month_day) {
      if (day < 0) return std::nullopt;
      names.push_back(is_russian() ? fmt::format("{}-го", day) : std::to_string(day));
    }
    const auto all = listed(names, language_);
    if (is_russian()) return ' ' + all + " числа";
    return (names.size() == 1 ? " on day " : " on days ") + all;
  }

  std::optional<std::string> yearly() const {
    const bool is_plain = rule_.by_day.empty() && rule_.by_position.empty();
    if (rule_.by_month.size() > 1 || (!is_plain && !rule_.by_month_day.empty()))
      return std::nullopt;
    const std::chrono::year_month_day first(std::chrono::floor<std::chrono::days>(start_.local));
    const auto month = rule_.by_month.empty()
                           ? first.month()
                           : std::chrono::month(static_cast<unsigned>(rule_.by_month.front()));
    if (!is_plain) {
      if (rule_.by_month.empty()) return std::nullopt;
      const auto days = numbered_days();
      if (!days) return std::nullopt;
      return *days + (is_russian() ? " " : " of ") + std::string(month_name(month, language_));
    }
    if (rule_.by_month_day.size() > 1 || (rule_.by_month.empty() && !rule_.by_month_day.empty()))
      return std::nullopt;
    const int day = rule_.by_month_day.empty()
                        ? static_cast<int>(static_cast<unsigned>(first.day()))
                        : rule_.by_month_day.front();
    if (day < 0) return std::nullopt;
    return fmt::format("{}{} {}", is_russian() ? " " : " on ", day, month_name(month, language_));
  }

  std::string end(calendar::ObjectZones& zones) const {
    if (rule_.count) {
      if (is_russian())
        return fmt::format(", всего {} {}", *rule_.count,
                           form_of({"раз", "раза", "раз"}, *rule_.count));
      return *rule_.count == 1 ? ", once" : fmt::format(", {} times", *rule_.count);
    }
    if (!rule_.until) return {};
    // UNTIL is in UTC where DTSTART has a zone (RFC 5545, 3.3.10): the day is the start's.
    auto time = rule_.until->local;
    if (rule_.until->form == calendar::TimeForm::utc && !start_.is_date())
      time = zones.zone_of(start_)->to_local(zones.utc(*rule_.until));
    return (is_russian() ? ", до " : ", until ") +
           date_words(std::chrono::floor<std::chrono::days>(time), language_);
  }

  const Rule& rule_;
  const calendar::DateTime& start_;
  Language language_;
};

}  // namespace

std::string rule_words(std::string_view rrule,
                       const calendar::DateTime& start,
                       calendar::ObjectZones& zones,
                       Language language) {
  const auto rule = calendar::read_rule(rrule);
  const auto words = rule ? RuleWords(*rule, start, language).run(zones) : std::nullopt;
  return words ? *words : std::string(rrule);
}

}  // namespace kontor::scheduling
