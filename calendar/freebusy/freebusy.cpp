// SPDX-License-Identifier: GPL-3.0-or-later
// Periods overlap; the heaviest counts. They are merged by one sweep over their ends.
#include "calendar/freebusy/freebusy.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

// What an event counts as; free: not at all.
BusyType type_of(const Component& event, const std::vector<std::string>& self) {
  if (iequals(event.value("TRANSP"), "TRANSPARENT") || iequals(event.value("STATUS"), "CANCELLED"))
    return BusyType::free;
  for (const auto& property : event.properties) {
    if (property.name != "ATTENDEE") continue;
    const std::string address = calendar_address(property.value);
    if (std::ranges::none_of(self, [&](const auto& one) { return iequals(one, address); }))
      continue;
    const auto person = participant_of(property);
    if (person.partstat == "DECLINED" || person.partstat == "DELEGATED") return BusyType::free;
    if (person.partstat == "TENTATIVE" || person.partstat == "NEEDS-ACTION")
      return BusyType::tentative;
  }
  const auto outlook = event.value("X-MICROSOFT-CDO-BUSYSTATUS");
  if (iequals(outlook, "FREE")) return BusyType::free;
  if (iequals(outlook, "OOF")) return BusyType::unavailable;
  if (iequals(outlook, "TENTATIVE") || iequals(event.value("STATUS"), "TENTATIVE"))
    return BusyType::tentative;
  return BusyType::busy;
}

BusyType type_of(std::string_view name) {
  if (iequals(name, "FREE")) return BusyType::free;
  if (iequals(name, "BUSY-TENTATIVE")) return BusyType::tentative;
  if (iequals(name, "BUSY-UNAVAILABLE")) return BusyType::unavailable;
  return BusyType::busy;
}

std::string_view name_of(BusyType type) {
  switch (type) {
    case BusyType::free:
      return "FREE";
    case BusyType::tentative:
      return "BUSY-TENTATIVE";
    case BusyType::unavailable:
      return "BUSY-UNAVAILABLE";
    case BusyType::busy:
      return "BUSY";
  }
  return "BUSY";
}

// Periods without overlaps; free ones are left out.
std::vector<BusyPeriod> merged(const std::vector<BusyPeriod>& periods) {
  std::map<UtcSeconds, std::array<int, 4>> changes;  // how many of each type begin or end
  for (const auto& one : periods) {
    ++changes[one.range.begin][static_cast<std::size_t>(one.type)];
    --changes[one.range.end][static_cast<std::size_t>(one.type)];
  }
  std::vector<BusyPeriod> result;
  std::array<int, 4> open{};
  BusyType now = BusyType::free;
  for (const auto& [at, change] : changes) {
    for (std::size_t i = 0; i < open.size(); ++i) open[i] += change[i];
    BusyType next = BusyType::free;
    for (const auto type : {BusyType::tentative, BusyType::unavailable, BusyType::busy})
      if (open[static_cast<std::size_t>(type)] > 0) next = type;
    if (next == now) continue;
    if (now != BusyType::free) result.back().range.end = at;
    if (next != BusyType::free) result.push_back({{at, at}, next});
    now = next;
  }
  return result;
}

// `periods` without what lies in `holes`, both merged.
std::vector<BusyPeriod> without(const std::vector<BusyPeriod>& periods,
                                const std::vector<TimeRange>& holes) {
  std::vector<BusyPeriod> result;
  for (const auto& one : periods) {
    UtcSeconds begin = one.range.begin;
    for (const auto& hole : holes) {
      if (hole.end <= begin) continue;
      if (hole.begin >= one.range.end) break;
      if (hole.begin > begin) result.push_back({{begin, hole.begin}, one.type});
      begin = std::max(begin, hole.end);
    }
    if (begin < one.range.end) result.push_back({{begin, one.range.end}, one.type});
  }
  return result;
}

std::vector<TimeRange> as_ranges(std::vector<BusyPeriod> periods) {
  std::vector<TimeRange> ranges;
  for (auto& one : periods) one.type = BusyType::busy;
  for (const auto& one : merged(periods)) ranges.push_back(one.range);
  return ranges;
}

}  // namespace

void BusyTime::add(const BusyPeriod& period) {
  const TimeRange clipped{std::max(period.range.begin, range_.begin),
                          std::min(period.range.end, range_.end)};
  if (clipped.begin < clipped.end && period.type != BusyType::free)
    busy_.push_back({clipped, period.type});
}

void BusyTime::add(const CalendarObject& object,
                   ObjectZones& zones,
                   Budget& budget,
                   const std::vector<std::string>& self) {
  if (object.kind == Kind::freebusy) {
    for (const Component* part : object.parts()) add_free_busy(*part, zones);
    return;
  }
  if (object.kind == Kind::availability) {
    for (const Component* part : object.parts()) add_availability(*part, zones, budget);
    return;
  }
  if (object.kind != Kind::event) return;
  const auto found = instances_in(object, range_, zones, budget);
  complete_ = complete_ && found.complete;
  for (const auto& one : found.list) add({{one.start, one.end}, type_of(*one.component, self)});
}

void BusyTime::add_free_busy(const Component& component, ObjectZones& zones) {
  for (const auto& property : component.properties) {
    if (property.name != "FREEBUSY") continue;
    const BusyType type = type_of(property.parameter("FBTYPE"));
    for (const auto value : split(property.value, ',')) {
      const auto slash = value.find('/');
      const auto start = read_date_time(value.substr(0, slash));
      if (!start || slash == std::string_view::npos) continue;
      const UtcSeconds begin = zones.utc(*start);
      const auto duration = read_duration(value.substr(slash + 1));
      const auto end = read_date_time(value.substr(slash + 1));
      if (duration)
        add({{begin, begin + duration->days + duration->seconds}, type});
      else if (end)
        add({{begin, zones.utc(*end)}, type});
    }
  }
}

// RFC 7953, 5: within the VAVAILABILITY the person is BUSYTYPE but where an AVAILABLE says he is
// free.
void BusyTime::add_availability(const Component& availability, ObjectZones& zones, Budget& budget) {
  // Its AVAILABLE parts recur like events: they are read as such.
  std::map<std::string, CalendarObject, std::less<>> parts;
  for (const auto& inner : availability.components) {
    if (inner.name != "AVAILABLE") continue;
    auto& object = parts[std::string(inner.value("UID"))];
    object.calendar.components.push_back(inner);
    object.calendar.components.back().name = "VEVENT";
  }
  TimeRange covered = range_;
  const Property* start = availability.find("DTSTART");
  const Property* end = availability.find("DTEND");
  if (const auto time = start == nullptr ? std::nullopt : read_date_time(*start)) {
    covered.begin = std::max(covered.begin, zones.utc(*time));
    if (const auto duration = read_duration(availability.value("DURATION")))
      covered.end = std::min(covered.end, zones.utc(*time) + duration->days + duration->seconds);
  }
  if (const auto time = end == nullptr ? std::nullopt : read_date_time(*end))
    covered.end = std::min(covered.end, zones.utc(*time));
  if (covered.begin >= covered.end) return;
  std::vector<BusyPeriod> available;
  for (auto& [uid, object] : parts) {
    const auto found = instances_in(object, covered, zones, budget);
    complete_ = complete_ && found.complete;
    for (const auto& one : found.list)
      available.push_back(
          {{std::max(one.start, covered.begin), std::min(one.end, covered.end)}, BusyType::busy});
  }
  const std::string_view type = availability.value("BUSYTYPE");
  const unsigned priority = parse_number<unsigned>(availability.value("PRIORITY")).value_or(0);
  availability_.push_back({.covered = covered,
                           .type = type.empty() ? BusyType::unavailable : type_of(type),
                           .free = as_ranges(std::move(available)),
                           .weight = priority == 0 ? 10 : priority});
}

std::vector<BusyPeriod> BusyTime::periods() const {
  // The weakest first (PRIORITY 9, none at all before it); each takes its time from those before.
  std::vector<BusyPeriod> away;
  auto order = availability_;
  std::ranges::sort(
      order, [](const Availability& a, const Availability& b) { return a.weight > b.weight; });
  for (const auto& one : order) {
    away = without(away, {one.covered});
    const auto more = without({{one.covered, one.type}}, one.free);
    away.insert(away.end(), more.begin(), more.end());
    away = merged(away);
  }
  away.insert(away.end(), busy_.begin(), busy_.end());
  return merged(away);
}

std::string write_freebusy(const FreeBusyMessage& message) {
  Component calendar{.name = "VCALENDAR"};
  calendar.set("VERSION", "2.0");
  calendar.set("PRODID", "-//Kontor//EN");
  if (!message.method.empty()) calendar.set("METHOD", message.method);
  Component component{.name = "VFREEBUSY"};
  if (!message.uid.empty()) component.set("UID", message.uid);
  component.set("DTSTAMP", write_utc(message.now));
  component.set("DTSTART", write_utc(message.range.begin));
  component.set("DTEND", write_utc(message.range.end));
  if (!message.organizer.empty()) component.set("ORGANIZER", message.organizer);
  if (!message.attendee.empty()) component.set("ATTENDEE", message.attendee);
  for (const auto& one : message.periods) {
    Property property{.name = "FREEBUSY",
                      .value = write_utc(one.range.begin) + "/" + write_utc(one.range.end)};
    property.set("FBTYPE", name_of(one.type));
    component.properties.push_back(std::move(property));
  }
  calendar.components.push_back(std::move(component));
  return write_component(calendar);
}

}  // namespace kontor::calendar
