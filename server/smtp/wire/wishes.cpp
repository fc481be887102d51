// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/wishes.hpp"

#include <algorithm>
#include <chrono>

#include "base/core/text.hpp"

namespace kontor::smtp::wire {
namespace {

constexpr std::size_t k_most_digits = 9;  // RFC 4865, 4 and RFC 2852, 4

std::optional<std::uint32_t> digits(std::string_view text) {
  if (text.empty() || text.size() > k_most_digits || !std::ranges::all_of(text, is_digit))
    return std::nullopt;
  return parse_number<std::uint32_t>(text);
}

// Exactly `count` digits at the start, and `after` behind them; both are cut off.
std::optional<unsigned> cut_number(std::string_view& text, std::size_t count, char after) {
  const auto number = text.size() >= count ? digits(text.substr(0, count)) : std::nullopt;
  if (!number) return std::nullopt;
  text.remove_prefix(count);
  if (after == 0) return *number;
  if (!text.starts_with(after)) return std::nullopt;
  text.remove_prefix(1);
  return *number;
}

Result<void> set_hold_for(MailCommand& mail, std::string_view value) {
  const auto seconds = digits(value);
  if (mail.hold_for || mail.hold_until) return fail(Errc::bad_input, "held twice");
  if (!seconds || *seconds == 0) return fail(Errc::bad_input, "HOLDFOR");
  mail.hold_for = *seconds;
  return {};
}

Result<void> set_hold_until(MailCommand& mail, std::string_view value) {
  if (mail.hold_for || mail.hold_until) return fail(Errc::bad_input, "held twice");
  const auto time = parse_date_time(value);
  if (!time) return fail(Errc::bad_input, "HOLDUNTIL");
  mail.hold_until = *time;
  return {};
}

// by-value = by-time ";" by-mode [by-trace]; by-time = ["-" / "+"] 1*9DIGIT
Result<void> set_by(MailCommand& mail, std::string_view value) {
  if (mail.deliver_by) return fail(Errc::bad_input, "BY twice");
  const auto semicolon = value.find(';');
  if (semicolon == std::string_view::npos) return fail(Errc::bad_input, "BY");
  auto time = value.substr(0, semicolon);
  const auto mode = value.substr(semicolon + 1);
  const bool is_negative = time.starts_with('-');
  if (is_negative || time.starts_with('+')) time.remove_prefix(1);
  const auto seconds = digits(time);
  DeliverBy by;
  by.is_return = istarts_with(mode, "R");
  by.is_trace = mode.size() == 2 && iequals(mode.substr(1), "T");
  const bool is_mode =
      (by.is_return || istarts_with(mode, "N")) && (mode.size() == 1 || by.is_trace);
  if (!seconds || !is_mode) return fail(Errc::bad_input, "BY");
  by.seconds = is_negative ? -std::int64_t{*seconds} : std::int64_t{*seconds};
  if (by.is_return && by.seconds <= 0) return fail(Errc::bad_input, "BY: the time is over");
  mail.deliver_by = by;
  return {};
}

Result<void> set_priority(MailCommand& mail, std::string_view value) {
  if (mail.priority) return fail(Errc::bad_input, "MT-PRIORITY twice");
  const bool is_negative = value.starts_with('-');
  if (is_negative) value.remove_prefix(1);
  const bool is_good = value.size() == 1 && is_digit(value[0]) && (!is_negative || value[0] != '0');
  if (!is_good) return fail(Errc::bad_input, "MT-PRIORITY");
  const int number = value[0] - '0';
  mail.priority = static_cast<std::int8_t>(is_negative ? -number : number);
  return {};
}

Result<void> set_requires_tls(MailCommand& mail, bool has_value) {
  if (has_value || mail.requires_tls) return fail(Errc::bad_input, "REQUIRETLS");
  mail.requires_tls = true;
  return {};
}

// "Z", "+03:00", "-01:30".
std::optional<std::chrono::seconds> read_offset(std::string_view text) {
  if (iequals(text, "Z")) return std::chrono::seconds(0);
  const bool is_west = text.starts_with('-');
  if (!is_west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = cut_number(text, 2, ':');
  const auto minutes = hours ? cut_number(text, 2, 0) : std::nullopt;
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::seconds east = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return is_west ? -east : east;
}

}  // namespace

Result<UtcSeconds> parse_date_time(std::string_view text) {
  const auto wrong = fail(Errc::bad_input, "no date and time");
  const auto year = cut_number(text, 4, '-');
  const auto month = year ? cut_number(text, 2, '-') : std::nullopt;
  const auto day = month ? cut_number(text, 2, 0) : std::nullopt;
  if (!day || !(text.starts_with('T') || text.starts_with('t'))) return wrong;
  text.remove_prefix(1);
  const auto hour = cut_number(text, 2, ':');
  const auto minute = hour ? cut_number(text, 2, ':') : std::nullopt;
  const auto second = minute ? cut_number(text, 2, 0) : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return wrong;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text[0])) return wrong;
    while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  }
  const auto offset = read_offset(text);
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!offset || !date.ok()) return wrong;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) - *offset;
}

std::optional<Result<void>> set_wish(MailCommand& mail,
                                     std::string_view keyword,
                                     std::string_view value,
                                     bool has_value) {
  if (iequals(keyword, "REQUIRETLS")) return set_requires_tls(mail, has_value);
  if (iequals(keyword, "HOLDFOR")) return set_hold_for(mail, value);
  if (iequals(keyword, "HOLDUNTIL")) return set_hold_until(mail, value);
  if (iequals(keyword, "BY")) return set_by(mail, value);
  if (iequals(keyword, "MT-PRIORITY")) return set_priority(mail, value);
  return std::nullopt;
}

}  // namespace kontor::smtp::wire
