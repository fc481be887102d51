// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/itip/booking.hpp"

#include <algorithm>

#include "calendar/itip/parts.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

BookingDecision decline(BookingReason reason) {
  return {.partstat = "DECLINED", .reason = reason, .declined = {}};
}

// `busy` is sorted and without overlaps, as BusyTime gives it.
bool is_taken(const Instance& one, const std::vector<BusyPeriod>& busy) {
  const auto first = std::ranges::upper_bound(
      busy, one.start, {}, [](const BusyPeriod& period) { return period.range.end; });
  return first != busy.end() && first->range.begin < one.end;
}

std::size_t people(const CalendarObject& request) {
  const auto all = request.attendees();
  const auto counts = [](const Participant& one) {
    return one.user_type != "ROOM" && one.user_type != "RESOURCE" && one.user_type != "GROUP" &&
           one.role != "NON-PARTICIPANT" && one.partstat != "DECLINED";
  };
  auto count = static_cast<std::size_t>(std::ranges::count_if(all, counts));
  const auto organizer = request.organizer();
  const auto is_organizer = [&](const Participant& one) {
    return calendar_address(one.address) == calendar_address(organizer->address);
  };
  if (organizer && std::ranges::none_of(all, is_organizer)) ++count;
  return count;
}

}  // namespace

BookingDecision decide_booking(const CalendarObject& request,
                               const BookingPolicy& policy,
                               const std::vector<BusyPeriod>& busy,
                               bool may_book,
                               UtcSeconds now,
                               ObjectZones& zones) {
  if (!may_book) return decline(BookingReason::not_allowed);
  if (policy.capacity > 0 && people(request) > policy.capacity)
    return decline(BookingReason::too_many_people);
  if (!policy.allow_recurring && request.is_recurring()) return decline(BookingReason::recurring);
  const UtcSeconds horizon = now + policy.horizon;
  Budget budget;
  const auto span = span_of(request, zones, budget);
  // A series without an end is booked as far as the horizon reaches; one that has an end must fit.
  if (!span.is_endless && span.range.end > horizon + hours(26))
    return decline(BookingReason::too_far);
  budget = {};
  auto found = instances_in(request, {now, horizon}, zones, budget).list;
  if (found.empty())
    return decline(span.range.begin >= horizon ? BookingReason::too_far : BookingReason::past);
  BookingDecision decision{.partstat = policy.auto_accept ? "ACCEPTED" : "TENTATIVE",
                           .reason = BookingReason::none,
                           .declined = {}};
  for (auto& one : found) {
    if (policy.longest > seconds(0) && one.end - one.start > policy.longest)
      return decline(BookingReason::too_long);
    if (!policy.allow_conflicts && is_taken(one, busy)) decision.declined.push_back(std::move(one));
  }
  if (decision.declined.empty()) return decision;
  decision.reason = BookingReason::conflict;
  if (decision.declined.size() == found.size() || decision.declined.size() > policy.most_conflicts)
    return decline(BookingReason::conflict);
  return decision;
}

BookingAnswer answer_booking(const CalendarObject& request,
                             const BookingDecision& decision,
                             std::string_view self,
                             std::string_view comment,
                             UtcSeconds now) {
  const std::string address = calendar_address(self);
  const auto answer = [&](Component& part, std::string_view partstat) {
    if (Property* me = find_attendee(part, address)) {
      me->set("PARTSTAT", partstat);
      me->set("RSVP", "");
    }
  };
  BookingAnswer made;
  made.calendar = request.calendar;
  made.calendar.erase("METHOD");
  for (auto& part : made.calendar.components)
    if (is_scheduled(part)) answer(part, decision.partstat);
  for (const auto& one : decision.declined) {
    const Property id = date_time_property("RECURRENCE-ID", one.recurrence_id);
    Component* part = nullptr;
    if (const Property* own = one.component->find("RECURRENCE-ID")) {
      Component key{.name = one.component->name, .properties = {*own}, .components = {}};
      part = find_part(made.calendar, instance_key(key));
    } else if (request.is_recurring()) {
      made.calendar.components.push_back(instance_of(*one.component, id));
      part = &made.calendar.components.back();
    }
    if (part != nullptr) answer(*part, "DECLINED");
  }
  const auto organizer = request.organizer();
  made.reply = {.method = Method::reply,
                .from = address,
                .to = {organizer ? calendar_address(organizer->address) : ""},
                .calendar = message_frame(request.calendar, Method::reply)};
  for (const auto& part : made.calendar.components) {
    const Property* me = is_scheduled(part) ? find_attendee(part, address) : nullptr;
    if (me == nullptr) continue;
    Component reply = for_sending(part, now);
    const Property attendee = *find_attendee(reply, address);
    reply.erase("ATTENDEE");
    reply.properties.push_back(attendee);
    reply.set("REQUEST-STATUS", "2.0;Success");
    if (!comment.empty()) reply.set("COMMENT", escape_text(comment));
    made.reply.calendar.components.push_back(std::move(reply));
  }
  drop_unused_zones(made.reply.calendar);
  return made;
}

}  // namespace kontor::calendar
