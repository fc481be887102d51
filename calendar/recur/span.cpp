// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/recur/instances.hpp"
#include "calendar/recur/moments.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

// Between the places of the earth where a day begins first and last.
constexpr seconds k_widest_zones = hours(26);

bool is_floating(const Component& part) {
  return std::ranges::any_of(part.properties, [](const Property& one) {
    if (one.name != "DTSTART" && one.name != "DTEND" && one.name != "DUE" && one.name != "RDATE")
      return false;
    const auto time =
        read_date_time(one.value.substr(0, one.value.find_first_of(",/")), one.parameter("TZID"));
    return time && (time->form == TimeForm::floating || time->is_date());
  });
}

bool is_endless(const Component& part) {
  return std::ranges::any_of(part.properties, [](const Property& one) {
    if (one.name != "RRULE") return false;
    const auto rule = read_rule(one.value);
    return rule && !rule->count && !rule->until;
  });
}

class Widener {
 public:
  Widener(TimeRange range, ObjectZones& zones) : range_(range), zones_(zones) {}

  void take(UtcSeconds begin, UtcSeconds end) {
    range_.begin = any_ ? std::min(range_.begin, begin) : begin;
    range_.end = any_ ? std::max(range_.end, end) : end;
    any_ = true;
  }
  // Alarms relative to the component move the ends; others are moments of their own.
  void alarm(const Component& alarm) {
    const Property* trigger = alarm.find("TRIGGER");
    if (trigger == nullptr) return;
    const auto again = read_duration(alarm.value("DURATION")).value_or(Duration{});
    const auto repeat = parse_number<std::uint16_t>(alarm.value("REPEAT")).value_or(0);
    const seconds tail = repeat * std::chrono::abs(seconds(again.days) + again.seconds);
    if (const auto duration = read_duration(trigger->value)) {
      const seconds shift = seconds(duration->days) + duration->seconds;
      before_ = std::max(before_, -shift);
      after_ = std::max(after_, shift + tail);
    } else if (const auto time = read_date_time(*trigger)) {
      take(zones_.utc(*time), zones_.utc(*time) + tail);
    }
  }
  bool any() const { return any_; }
  TimeRange done(bool floating) const {
    const seconds wide = floating ? k_widest_zones : seconds(0);
    const auto clip = [](UtcSeconds time) {
      return std::clamp(time, k_first_moment, k_last_moment);
    };
    return {clip(range_.begin - before_ - wide), clip(range_.end + after_ + wide)};
  }

 private:
  TimeRange range_;
  ObjectZones& zones_;
  bool any_ = false;
  seconds before_{}, after_{};
};

}  // namespace

Span span_of(const CalendarObject& object, ObjectZones& zones, Budget& budget) {
  const TimeRange always{k_first_moment, k_last_moment};
  if (object.kind == Kind::availability) return {.range = always, .is_endless = true};
  const auto parts = object.parts();
  const bool floating = std::ranges::any_of(parts, [](auto part) { return is_floating(*part); });
  Widener widener(always, zones);
  for (const Component* part : parts) {
    const auto moments = moments_of(*part, zones);
    if (!moments && object.kind != Kind::freebusy) return {.range = always, .is_endless = true};
    if (moments)
      widener.take(zones.utc(moments->anchor), end_of(moments->anchor, moments->length, zones));
    // CalDAV asks of a task for COMPLETED and CREATED as well (RFC 4791, 9.9).
    for (const auto name : {"COMPLETED", "CREATED"})
      if (object.kind == Kind::todo)
        if (const auto time = read_date_time(part->value(name)))
          widener.take(zones.utc(*time), zones.utc(*time));
    for (const auto& property : part->properties)
      if (property.name == "FREEBUSY")
        for (const auto value : split(property.value, ','))
          if (const auto time = read_date_time(value.substr(0, value.find('/'))))
            widener.take(zones.utc(*time), zones.utc(*time) + days(366));
    for (const auto& inner : part->components)
      if (inner.name == "VALARM") widener.alarm(inner);
  }
  Span span;
  const Component* master = object.master();
  span.is_endless = master != nullptr && is_endless(*master);
  if (object.is_recurring() && !span.is_endless) {
    const auto all = instances_in(object, always, zones, budget);
    span.is_endless = !all.complete;
    for (const auto& one : all.list) widener.take(one.start, one.end);
  } else if (span.is_endless) {
    for (const auto& property : master->properties)  // what RDATE adds may lie before DTSTART
      if (property.name == "RDATE")
        for (const auto value : split(property.value, ','))
          if (const auto time =
                  read_date_time(value.substr(0, value.find('/')), property.parameter("TZID")))
            widener.take(zones.utc(*time), zones.utc(*time));
  }
  span.range = widener.any() ? widener.done(floating) : always;
  if (span.is_endless) span.range.end = k_last_moment;
  return span;
}

Checked<void> check_instances(const CalendarObject& object, ObjectZones& zones, std::size_t most) {
  for (const Component* part : object.parts()) {
    for (const auto& property : part->properties) {
      if (const auto tzid = property.parameter("TZID"); !tzid.empty() && !zones.knows(tzid))
        return refuse(Precondition::valid_calendar_data,
                      "The time zone \"" + to_valid_utf8(tzid.substr(0, 60)) +
                          "\" is not known, and there is no VTIMEZONE of that name.");
      if (property.name != "RRULE" && property.name != "EXRULE") continue;
      const auto rule = read_rule(property.value);
      if (!rule) return refuse(Precondition::valid_calendar_data, rule.error());
      const auto moments = moments_of(*part, zones);
      if (!moments) continue;
      Budget budget{.steps = 500'000};
      RuleTimes times(*rule, moments->anchor.local, moments->anchor.local + days(366), budget);
      std::size_t count = 0;
      while (times.next())
        if (++count > most) break;
      if (count > most || budget.spent())
        return refuse(Precondition::max_instances,
                      "It repeats more than " + std::to_string(most) + " times a year.");
    }
  }
  return {};
}

}  // namespace kontor::calendar
