// SPDX-License-Identifier: GPL-3.0-or-later
// The dates of RFC 9051, 9: date (SEARCH) and date-time (APPEND).
#include <array>

#include "base/core/text.hpp"
#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {
namespace {

constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads fixed fields off the front of a text.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}
  std::optional<unsigned> number(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    while (n < most && n < text_.size() && is_digit(text_[n])) ++n;
    if (n < least) return std::nullopt;
    const auto value = parse_number<unsigned>(text_.substr(0, n));
    text_.remove_prefix(n);
    return value;
  }
  bool accept(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<unsigned> month() {
    for (unsigned i = 0; i < k_months.size(); ++i) {
      if (!istarts_with(text_, k_months[i])) continue;
      text_.remove_prefix(3);
      return i + 1;
    }
    return std::nullopt;
  }
  // +hhmm or -hhmm
  std::optional<std::chrono::minutes> zone() {
    const bool west = accept('-');
    if (!west && !accept('+')) return std::nullopt;
    const auto hours = number(2, 2);
    const auto minutes = number(2, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return west ? -offset : offset;
  }
  // day-month-year after the day's own form was chosen.
  std::optional<std::chrono::sys_days> day_month_year(std::size_t least_digits) {
    const auto day = number(least_digits, 2);
    if (!day || !accept('-')) return std::nullopt;
    const auto month_number = month();
    if (!month_number || !accept('-')) return std::nullopt;
    const auto year = number(4, 4);
    if (!year) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month_number),
                                           std::chrono::day(*day));
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
  }
  std::optional<std::chrono::seconds> time_of_day() {
    const auto hours = number(2, 2);
    if (!hours || *hours > 23 || !accept(':')) return std::nullopt;
    const auto minutes = number(2, 2);
    if (!minutes || *minutes > 59 || !accept(':')) return std::nullopt;
    const auto seconds = number(2, 2);
    if (!seconds || *seconds > 60) return std::nullopt;  // a leap second
    return std::chrono::seconds(*hours * 3600 + *minutes * 60 + *seconds);
  }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

}  // namespace

Result<UtcSeconds> Lexer::date_time() {
  if (!next_is('"')) return syntax("expected a date and time");
  KONTOR_TRY(const auto text, quoted());
  // RFC 9051, 9: date-day-fixed = (SP DIGIT) / 2DIGIT
  const bool blank = text.starts_with(' ');
  Fields fields(std::string_view(text).substr(blank ? 1 : 0));
  const auto day = fields.day_month_year(blank ? 1 : 2);
  if (!day || !fields.accept(' ')) return syntax("a wrong date");
  const auto time = fields.time_of_day();
  if (!time || !fields.accept(' ')) return syntax("a wrong time of day");
  const auto zone = fields.zone();
  if (!zone || !fields.done()) return syntax("a wrong time zone");
  return UtcSeconds(*day) + *time - *zone;
}

Result<std::chrono::sys_days> Lexer::date() {
  std::string text;
  if (next_is('"')) {
    KONTOR_TRY(text, quoted());
  } else {
    KONTOR_TRY(text, atom());
  }
  Fields fields(text);
  const auto day = fields.day_month_year(1);
  if (!day || !fields.done()) return syntax("a wrong date");
  return *day;
}

}  // namespace kontor::imap::wire
