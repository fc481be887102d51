// SPDX-License-Identifier: GPL-3.0-or-later
// Calendars of any bytes: what is taken is written and read again as the same, has a span that
// holds its instances, can be expanded, asked and counted as busy time, within a budget.
#include <cstdint>
#include <cstdlib>

#include "calendar/freebusy/freebusy.hpp"
#include "calendar/query/data.hpp"
#include "calendar/query/filter.hpp"

namespace {

using namespace kontor::calendar;

const Zones& zones() {
  static const Zones all;
  return all;
}

void use(const CalendarObject& object) {
  ObjectZones times(object.calendar, zones(), zones().find("Europe/Moscow"));
  Budget budget{.steps = 50'000};
  const auto span = span_of(object, times, budget);
  if (span.range.begin > span.range.end) std::abort();
  const kontor::UtcSeconds now(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
  const TimeRange year{now, now + std::chrono::days(366)};
  budget = {.steps = 50'000};
  const auto found = instances_in(object, year, times, budget);
  for (const auto& one : found.list) {
    if (one.component == nullptr || one.end < one.start) std::abort();
    if (one.start != one.end && (one.start >= year.end || one.end <= year.begin)) std::abort();
    if (!span.is_endless && (one.start < span.range.begin || one.end > span.range.end))
      std::abort();
  }
  CompFilter inner{.name = std::string(component_name(object.kind)),
                   .is_not_defined = false,
                   .range = year,
                   .properties = {},
                   .components = {}};
  const CompFilter filter{.name = "VCALENDAR",
                          .is_not_defined = false,
                          .range = {},
                          .properties = {},
                          .components = {inner}};
  budget = {.steps = 50'000};
  const bool met = matches(filter, object, times, budget);
  if (object.kind == Kind::event && !found.list.empty() && !met) std::abort();
  DataRequest request;
  request.limit_recurrence_set = year;
  if (!data_of(object, request, times, 100)) std::abort();
  BusyTime busy(year);
  budget = {.steps = 50'000};
  busy.add(object, times, budget);
  kontor::UtcSeconds last = year.begin;
  for (const auto& one : busy.periods()) {
    if (one.range.begin < last || one.range.end <= one.range.begin || one.range.end > year.end)
      std::abort();
    last = one.range.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto object = read_object(bytes)) {
    const auto again = read_object(write_component(object->calendar));
    if (!again || !(again->calendar == object->calendar)) std::abort();
    text_of(*object);
    object->attendees();
    use(*object);
  }
  if (const auto objects = split_objects(bytes))
    for (const auto& one : *objects)
      if (!read_object(one) && objects->size() == 1 && read_object(bytes)) std::abort();
  return 0;
}
