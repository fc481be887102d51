// SPDX-License-Identifier: GPL-3.0-or-later
// What calendars cost: reading an object, the questions of a client about 10,000 events, busy time
// of 50 people.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "calendar/freebusy/freebusy.hpp"
#include "calendar/query/filter.hpp"

namespace {

using namespace kontor::calendar;

const Zones& zones() {
  static const Zones all;
  return all;
}

// Every fourth one repeats; times lie in 2026.
std::string event(std::size_t i) {
  const auto two = [](std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::string day = "2026" + two(i % 12 + 1) + two(i / 12 % 28 + 1);
  std::string lines =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//B//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/"
      "Moscow\r\nBEGIN:STANDARD\r\n"
      "DTSTART:20141026T020000\r\nTZOFFSETFROM:+0400\r\nTZOFFSETTO:+0300\r\nTZNAME:MSK\r\nEND:"
      "STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
      "UID:event-" +
      std::to_string(i) +
      "@example.org\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Moscow:" + day + "T" +
      two(8 + i % 10) +
      "0000\r\n"
      "DTEND;TZID=Europe/Moscow:" +
      day + "T" + two(9 + i % 10) + "0000\r\nSUMMARY:Совещание номер " + std::to_string(i) +
      "\r\nLOCATION:Комната 5\r\n"
      "DESCRIPTION:" +
      std::string(300, 'x') + "\r\n";
  if (i % 4 == 0)
    lines += "RRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\nEXDATE;TZID=Europe/Moscow:20260601T100000\r\n";
  for (int k = 0; k < 4; ++k)
    lines += "ATTENDEE;CN=Person;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:person" +
             std::to_string(k) + "@example.org\r\n";
  return lines + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::vector<std::string> events(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(event(i));
  return all;
}

kontor::UtcSeconds utc(std::string_view text) {
  return kontor::UtcSeconds(read_date_time(text)->local.time_since_epoch());
}

void read_one(benchmark::State& state) {
  const std::string bytes = event(4);
  for (auto _ : state) benchmark::DoNotOptimize(read_object(bytes));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

// Reads and asks 10,000 events, as the server does where no column decides.
void query_a_year(benchmark::State& state) {
  const auto all = events(10'000);
  const TimeRange range{utc("20260101"), utc("20270101")};
  const CompFilter inner{.name = "VEVENT",
                         .is_not_defined = false,
                         .range = range,
                         .properties = {},
                         .components = {}};
  const CompFilter filter{.name = "VCALENDAR",
                          .is_not_defined = false,
                          .range = {},
                          .properties = {},
                          .components = {inner}};
  for (auto _ : state) {
    std::size_t found = 0;
    for (const auto& bytes : all) {
      const auto object = read_object(bytes);
      ObjectZones times(object->calendar, zones(), nullptr);
      Budget budget;
      found += matches(filter, *object, times, budget) ? 1U : 0U;
    }
    if (found != all.size()) state.SkipWithError("an event was not found");
  }
}

// 50 people with 200 events each that touch the week, read anew for every one.
void busy_week_of_50(benchmark::State& state) {
  const auto all = events(200);
  const TimeRange range{utc("20260608"), utc("20260615")};
  for (auto _ : state) {
    for (int person = 0; person < 50; ++person) {
      BusyTime time(range);
      for (const auto& bytes : all) {
        const auto object = read_object(bytes);
        ObjectZones times(object->calendar, zones(), nullptr);
        Budget budget;
        time.add(*object, times, budget);
      }
      if (time.periods().empty()) state.SkipWithError("nobody is busy");
    }
  }
}

BENCHMARK(read_one)->Unit(benchmark::kMicrosecond);
BENCHMARK(query_a_year)->Unit(benchmark::kMillisecond);
BENCHMARK(busy_week_of_50)->Unit(benchmark::kMillisecond);

}  // namespace
