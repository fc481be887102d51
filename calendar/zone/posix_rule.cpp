// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/zone/posix_rule.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<PosixRule> read() {
    PosixRule rule;
    if (!name(rule.standard_name) || !offset(rule.standard)) return std::nullopt;
    if (text_.empty()) return rule;
    std::string daylight;
    if (!name(daylight)) return std::nullopt;
    rule.daylight_name = daylight;
    rule.daylight = rule.standard + hours(1);
    if (!text_.starts_with(',') && !offset(rule.daylight)) return std::nullopt;
    if (!change(rule.begin) || !change(rule.end) || !text_.empty()) return std::nullopt;
    return rule;
  }

 private:
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool name(std::string& out) {
    const bool angled = take('<');
    const auto end = angled ? text_.find('>') : text_.find_first_of("+-,0123456789");
    if (end == std::string_view::npos || end == 0 || end > 20) return false;
    out = text_.substr(0, end);
    text_.remove_prefix(angled ? end + 1 : end);
    return true;
  }
  bool number(int& out, int most) {
    const auto end = std::min(text_.find_first_not_of("0123456789"), text_.size());
    const auto value = parse_number<unsigned>(text_.substr(0, end));
    if (!value || *value > static_cast<unsigned>(most)) return false;
    out = static_cast<int>(*value);
    text_.remove_prefix(end);
    return true;
  }
  // [+-]hh[:mm[:ss]]; up to 167 hours (RFC 8536, 3.3.1).
  bool clock(seconds& out) {
    const bool negative = take('-');
    if (!negative) take('+');
    int h = 0;
    int m = 0;
    int s = 0;
    if (!number(h, 167)) return false;
    if (take(':') && !number(m, 59)) return false;
    if (take(':') && !number(s, 59)) return false;
    out = (hours(h) + minutes(m) + seconds(s)) * (negative ? -1 : 1);
    return true;
  }
  bool offset(seconds& out) {  // POSIX counts west of Greenwich
    if (!clock(out)) return false;
    out = -out;
    return out > -hours(25) && out < hours(27);
  }
  bool change(PosixRule::Change& out) {
    if (!take(',')) return false;
    if (take('M')) {
      if (!number(out.month, 12) || !take('.') || !number(out.week, 5) || !take('.') ||
          !number(out.day, 6) || out.month < 1 || out.week < 1)
        return false;
    } else {
      out.form = take('J') ? 'J' : 'N';
      if (!number(out.day, 365) || (out.form == 'J' && out.day < 1)) return false;
    }
    return !take('/') || clock(out.time);
  }

  std::string_view text_;
};

local_days day_of(const PosixRule::Change& change, year y) {
  const local_days first = local_days(y / January / 1);
  if (change.form == 'N') return first + days(change.day);
  if (change.form == 'J')
    return first + days(change.day - 1 + (y.is_leap() && change.day > 59 ? 1 : 0));
  const weekday day(static_cast<unsigned>(change.day));
  const month m(static_cast<unsigned>(change.month));
  if (change.week == 5) return local_days(y / m / day[last]);
  return local_days(y / m / day[static_cast<unsigned>(change.week)]);
}

}  // namespace

std::optional<PosixRule> read_posix_rule(std::string_view text) { return Reader(text).read(); }

std::vector<Transition> transitions_of(const PosixRule& rule, year year) {
  if (!rule.daylight_name) return {};
  const auto utc = [&](const PosixRule::Change& change, seconds before) {
    return UtcSeconds((day_of(change, year) + change.time).time_since_epoch()) - before;
  };
  std::vector<Transition> found = {
      {utc(rule.begin, rule.standard), rule.daylight, *rule.daylight_name},
      {utc(rule.end, rule.daylight), rule.standard, rule.standard_name}};
  if (found[1].at < found[0].at) std::swap(found[0], found[1]);
  return found;
}

}  // namespace kontor::calendar
