// SPDX-License-Identifier: GPL-3.0-or-later
// Dates are read word by word: each word says by its form what it is (a month's name, a time with
// colons, a zone), so that the orders of RFC 5322, asctime() and ISO 8601 are all understood.
#include <array>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::mime {
namespace {

constexpr std::array<std::string_view, 12> k_months{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct NamedZone {
  std::string_view name;
  int hours;
};
// RFC 5322, 4.3; every other name counts as -0000. MSK and MSD are common in Russian mail.
constexpr std::array<NamedZone, 14> k_zones{{{"UT", 0},
                                             {"GMT", 0},
                                             {"UTC", 0},
                                             {"Z", 0},
                                             {"EST", -5},
                                             {"EDT", -4},
                                             {"CST", -6},
                                             {"CDT", -5},
                                             {"MST", -7},
                                             {"MDT", -6},
                                             {"PST", -8},
                                             {"PDT", -7},
                                             {"MSK", 3},
                                             {"MSD", 4}}};

struct Read {
  int year = -1;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0, minute = 0, second = 0;
  int zone_minutes = 0;
  bool has_time = false;
};

int number(std::string_view text) noexcept {
  return static_cast<int>(parse_number<std::uint32_t>(text.substr(0, 6)).value_or(0));
}

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

unsigned month_of(std::string_view word) noexcept {
  for (unsigned i = 0; i < k_months.size(); ++i)
    if (word.size() >= 3 && iequals(word.substr(0, 3), k_months[i])) return i + 1;
  return 0;
}

// RFC 5322, 4.3: two digits 00-49 are 20xx, 50-99 and three digits are added to 1900.
int full_year(std::string_view digits) noexcept {
  const int year = number(digits);
  if (digits.size() >= 4) return year;
  return digits.size() == 2 && year < 50 ? 2000 + year : 1900 + year;
}

bool read_time(std::string_view word, Read& out) noexcept {
  const auto first = word.find(':');
  if (first == std::string_view::npos || !all_digits(word.substr(0, first))) return false;
  out.hour = number(word.substr(0, first));
  const auto second = word.find(':', first + 1);
  out.minute =
      number(word.substr(first + 1, second == std::string_view::npos ? 2 : second - first - 1));
  if (second != std::string_view::npos) out.second = number(word.substr(second + 1, 2));
  out.has_time = true;
  return true;
}

bool read_zone(std::string_view word, Read& out) noexcept {
  if (word.starts_with('+') || word.starts_with('-')) {
    std::string digits(word.substr(1));
    std::erase(digits, ':');
    if (digits.size() < 4 || !all_digits(std::string_view(digits).substr(0, 4))) return false;
    const int minutes = number(std::string_view(digits).substr(0, 2)) * 60 +
                        number(std::string_view(digits).substr(2, 2));
    if (minutes >= 24 * 60) return true;
    out.zone_minutes = word.front() == '-' ? -minutes : minutes;
    return true;
  }
  for (const auto& zone : k_zones)
    if (iequals(word, zone.name)) {
      out.zone_minutes = zone.hours * 60;
      return true;
    }
  return false;
}

// 2026-11-02T10:00:00Z
bool read_iso(std::string_view word, Read& out) {
  if (word.size() < 10 || word[4] != '-' || word[7] != '-' || !all_digits(word.substr(0, 4)))
    return false;
  out.year = number(word.substr(0, 4));
  out.month = static_cast<unsigned>(number(word.substr(5, 2)));
  out.day = static_cast<unsigned>(number(word.substr(8, 2)));
  if (word.size() > 11) {
    read_time(word.substr(11), out);
    if (const auto zone = word.find_first_of("+-", 11); zone != std::string_view::npos)
      read_zone(word.substr(zone), out);
  }
  return true;
}

// "2", "Nov", "2026" and, for 2-Nov-2026, each of its pieces.
void read_piece(std::string_view piece, Read& out) noexcept {
  if (const unsigned month = month_of(piece); month != 0 && out.month == 0) {
    out.month = month;
  } else if (all_digits(piece) && piece.size() <= 2 && out.day == 0) {
    out.day = static_cast<unsigned>(number(piece));
  } else if (all_digits(piece) && piece.size() <= 4 && out.year < 0 &&
             (out.month != 0 || piece.size() == 4)) {
    out.year = full_year(piece);
  }
}

void read_word(std::string_view word, Read& out) {
  if (read_iso(word, out)) return;
  if (word.find(':') != std::string_view::npos && !word.starts_with('+') &&
      !word.starts_with('-')) {
    const auto zone = word.find_first_of("+-");
    read_time(word.substr(0, zone), out);
    if (zone != std::string_view::npos) read_zone(word.substr(zone), out);
    return;
  }
  if (out.has_time && read_zone(word, out)) return;
  for (const auto piece : split(word, '-')) read_piece(piece, out);
}

std::chrono::sys_days day_of(const Read& read) {
  return std::chrono::sys_days(std::chrono::year_month_day{
      std::chrono::year(read.year), std::chrono::month(read.month), std::chrono::day(read.day)});
}

UtcSeconds time_of(const Read& read) {
  return day_of(read) + std::chrono::hours(read.hour) + std::chrono::minutes(read.minute) +
         std::chrono::seconds(read.second) - std::chrono::minutes(read.zone_minutes);
}

std::optional<Read> read_date(std::string_view value) {
  Read out;
  Tokens tokens(value);
  for (int words = 0; words < 16; ++words) {
    do tokens.skip_cfws();
    while (tokens.take(','));
    if (tokens.at_end()) break;
    const auto word = tokens.read_until(",(");
    if (word.empty()) break;
    read_word(word, out);
  }
  const std::chrono::year_month_day day{std::chrono::year(out.year), std::chrono::month(out.month),
                                        std::chrono::day(out.day)};
  if (!day.ok()) return std::nullopt;
  if (out.hour > 24 || out.minute > 59 || out.second > 60) out.hour = out.minute = out.second = 0;
  // RFC 5322, 3.3: years from 1900 on, of four digits here; also of the same moment in UTC.
  const std::chrono::year_month_day utc(std::chrono::floor<std::chrono::days>(time_of(out)));
  const auto in_range = [](int year) { return year >= 1900 && year <= 9999; };
  if (!in_range(out.year) || !in_range(static_cast<int>(utc.year()))) return std::nullopt;
  return out;
}

}  // namespace

std::optional<UtcSeconds> parse_date(std::string_view value) {
  const auto read = read_date(value);
  if (!read) return std::nullopt;
  return time_of(*read);
}

std::optional<std::chrono::sys_days> parse_day(std::string_view value) {
  const auto read = read_date(value);
  if (!read) return std::nullopt;
  return day_of(*read);
}

std::string format_date(UtcSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string month(k_months[static_cast<unsigned>(date.month()) - 1]);
  month.front() = ascii_upper(month.front());
  const auto two = [](long value) {
    return std::string(value < 10 ? "0" : "") + std::to_string(value);
  };
  return std::string(k_days[std::chrono::weekday(day).c_encoding()]) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + " " + month + " " +
         std::to_string(static_cast<int>(date.year())) + " " + two(clock.hours().count()) + ":" +
         two(clock.minutes().count()) + ":" + two(clock.seconds().count()) + " +0000";
}

}  // namespace kontor::mime
