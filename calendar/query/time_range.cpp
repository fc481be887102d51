// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/query/time_range.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/recur/moments.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

bool is_in(UtcSeconds time, const TimeRange& range) {
  return range.begin <= time && time < range.end;
}

// A time moved, but not beyond what years have four digits.
UtcSeconds moved(UtcSeconds time, seconds by) {
  return std::clamp(time + by, k_first_moment, k_last_moment);
}

// One instance of a VTODO with a time (RFC 4791, 9.9, the first four rows of its table).
bool todo_instance_overlaps(const Instance& one, const TimeRange& range) {
  const auto [begin, end] = range;
  if (!one.has_start) return begin < one.end && end >= one.end;
  if (!one.has_end) return begin <= one.start && end > one.start;
  if (one.component->find("DUE") != nullptr)
    return (begin < one.end || begin <= one.start) && (end > one.start || end >= one.end);
  return begin <= one.end && (end > one.start || end >= one.end);
}

}  // namespace

const std::vector<Instance>& RangeTest::instances(const TimeRange& range) {
  for (const auto& [known, list] : found_)
    if (known == range) return list;
  return found_.emplace_back(range, instances_in(object_, range, zones_, budget_).list).second;
}

bool RangeTest::overlaps(const Component& component, const TimeRange& range) {
  if (component.name == "VTODO") return todo_overlaps(component, range);
  if (component.name == "VFREEBUSY") return free_busy_overlaps(component, range);
  if (component.name == "VAVAILABILITY") return availability_overlaps(component, range);
  const auto& list = instances(range);
  return std::ranges::any_of(list,
                             [&](const Instance& one) { return one.component == &component; });
}

bool RangeTest::todo_overlaps(const Component& todo, const TimeRange& range) {
  if (moments_of(todo, zones_)) {
    const TimeRange wider{moved(range.begin, -seconds(1)), moved(range.end, seconds(1))};
    return std::ranges::any_of(instances(wider), [&](const Instance& one) {
      return one.component == &todo && todo_instance_overlaps(one, range);
    });
  }
  const auto time = [&](std::string_view name) -> std::optional<UtcSeconds> {
    const Property* property = todo.find(name);
    const auto read = property == nullptr ? std::nullopt : read_date_time(*property);
    return read ? std::optional(zones_.utc(*read)) : std::nullopt;
  };
  const auto completed = time("COMPLETED");
  const auto created = time("CREATED");
  if (completed && created)
    return (range.begin <= *created || range.begin <= *completed) &&
           (range.end >= *created || range.end >= *completed);
  if (completed) return range.begin <= *completed && range.end >= *completed;
  return !created || range.end > *created;
}

bool RangeTest::free_busy_overlaps(const Component& component, const TimeRange& range) {
  const Property* start = component.find("DTSTART");
  const Property* end = component.find("DTEND");
  const auto first = start == nullptr ? std::nullopt : read_date_time(*start);
  const auto last = end == nullptr ? std::nullopt : read_date_time(*end);
  if (first && last) return range.begin <= zones_.utc(*last) && range.end > zones_.utc(*first);
  return std::ranges::any_of(component.properties, [&](const Property& one) {
    return one.name == "FREEBUSY" && property_overlaps(one, range);
  });
}

bool RangeTest::availability_overlaps(const Component& component, const TimeRange& range) {
  const Property* start = component.find("DTSTART");
  if (start == nullptr) {
    const Property* end = component.find("DTEND");
    const auto last = end == nullptr ? std::nullopt : read_date_time(*end);
    return !last || zones_.utc(*last) > range.begin;
  }
  const auto moments = moments_of(component, zones_);
  if (!moments) return true;
  return zones_.utc(moments->anchor) < range.end &&
         (!moments->has_end || end_of(moments->anchor, moments->length, zones_) > range.begin);
}

bool RangeTest::alarm_overlaps(const Component& component,
                               const Component& alarm,
                               const TimeRange& range) {
  const Property* trigger = alarm.find("TRIGGER");
  if (trigger == nullptr) return false;
  const auto pause = read_duration(alarm.value("DURATION")).value_or(Duration{});
  const seconds step = std::max(seconds(0), seconds(pause.days) + pause.seconds);
  const int repeat =
      step == seconds(0) ? 0 : parse_number<std::uint16_t>(alarm.value("REPEAT")).value_or(0);
  const auto goes_off = [&](UtcSeconds first) {
    if (is_in(first, range)) return true;
    if (repeat == 0 || first >= range.end) return false;
    const auto rounds =
        (range.begin - first + step - seconds(1)) / step;  // the first at or after begin
    return rounds >= 0 && rounds <= repeat && is_in(first + rounds * step, range);
  };
  const auto shift = read_duration(trigger->value);
  if (!shift) {
    const auto time = read_date_time(*trigger);
    return time && goes_off(zones_.utc(*time));
  }
  const seconds by = seconds(shift->days) + shift->seconds;
  const bool of_end = iequals(trigger->parameter("RELATED"), "END");
  const TimeRange wider{moved(range.begin, -by - repeat * step - seconds(1)),
                        moved(range.end, -by + seconds(1))};
  return std::ranges::any_of(instances(wider), [&](const Instance& one) {
    return one.component == &component && goes_off((of_end ? one.end : one.start) + by);
  });
}

bool RangeTest::property_overlaps(const Property& property, const TimeRange& range) {
  for (const auto value : split(property.value, ',')) {
    const auto slash = value.find('/');
    const auto start = read_date_time(value.substr(0, slash), property.parameter("TZID"));
    if (!start) continue;
    const UtcSeconds begin = zones_.utc(*start);
    if (slash == std::string_view::npos) {
      if (start->is_date() ? begin < range.end && begin + days(1) > range.begin
                           : is_in(begin, range))
        return true;
      continue;
    }
    const auto duration = read_duration(value.substr(slash + 1));
    const auto last = read_date_time(value.substr(slash + 1), property.parameter("TZID"));
    const UtcSeconds end = duration ? begin + duration->days + duration->seconds
                           : last   ? zones_.utc(*last)
                                    : begin;
    if (begin < range.end && end > range.begin) return true;
  }
  return false;
}

}  // namespace kontor::calendar
