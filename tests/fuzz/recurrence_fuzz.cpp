// SPDX-License-Identifier: GPL-3.0-or-later
// Rules, zones and values of any bytes. The input's first line is a rule, what follows a TZif file
// and the footer of one.
#include <cstdint>
#include <cstdlib>

#include "calendar/ical/rule.hpp"
#include "calendar/zone/posix_rule.hpp"
#include "calendar/zone/zone.hpp"

namespace {

using namespace kontor::calendar;

void use(const Rule& rule, LocalSeconds start) {
  Budget budget{.steps = 20'000};
  RuleTimes times(rule, start, std::nullopt, budget);
  LocalSeconds last = start;
  bool first = true;
  LocalSeconds middle = start;
  for (int i = 0; i < 200; ++i) {
    const auto time = times.next();
    if (!time) break;
    if (*time < last || (!first && *time == last)) std::abort();
    first = false;
    last = *time;
    if (i == 50) middle = *time;
  }
  if (middle == start || rule.count) return;
  Budget more{.steps = 20'000};
  RuleTimes skipped(rule, start, std::nullopt, more);
  skipped.skip_to(middle);
  const auto time = skipped.next();
  if (time ? *time != middle : !more.spent()) std::abort();
}

void use(const Zone& zone) {
  for (int year = 1900; year < 2300; year += 7) {
    const kontor::UtcSeconds time(std::chrono::sys_days(std::chrono::year(year) / 3 / 29));
    zone.to_utc(zone.to_local(time));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto line = bytes.substr(0, bytes.find('\n'));
  const auto rest = bytes.substr(std::min(line.size() + 1, bytes.size()));
  if (const auto rule = read_rule(line)) {
    use(*rule, read_date_time("20240229T235959")->local);
    use(*rule, read_date_time("19700101T000000")->local);
  }
  if (const auto zone = read_tzif(rest, "x")) use(*zone);
  if (const auto rule = read_posix_rule(rest)) transitions_of(*rule, std::chrono::year(2026));
  if (const auto time = read_date_time(line))
    if (time->is_date() != (write_date_time(*time).size() == 8)) std::abort();
  if (const auto duration = read_duration(line)) {
    const auto all = std::chrono::seconds(duration->days) + duration->seconds;
    const auto again = read_duration(write_duration(all));
    if (!again || std::chrono::seconds(again->days) + again->seconds != all) std::abort();
  }
  read_utc_offset(line);
  return 0;
}
