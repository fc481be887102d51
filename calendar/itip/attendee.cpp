// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/itip/organizer.hpp"
#include "calendar/itip/parts.hpp"

namespace kontor::calendar {
namespace {

class Attendee {
 public:
  Attendee(const CalendarObject* before,
           const CalendarObject* after,
           const std::vector<std::string>& self,
           UtcSeconds now)
      : before_(before), after_(after), self_(self), now_(now) {}

  SchedulingChange run() {
    if (after_ != nullptr) {
      change_.calendar = after_->calendar;
      answers();
      removed_instances();
      take_force_off();
      change_.altered = !(change_.calendar == after_->calendar);
    } else {
      deletion();
    }
    send();
    return std::move(change_);
  }

 private:
  const Property* own(const Component& part) const {
    for (const auto& address : self_)
      if (const Property* found = find_attendee(part, address)) return found;
    return nullptr;
  }
  static std::string partstat(const Property* attendee) {
    return attendee == nullptr ? "NEEDS-ACTION" : participant_of(*attendee).partstat;
  }

  void answers() {
    const Component* master_before =
        before_ == nullptr ? nullptr : find_part(before_->calendar, "");
    for (const auto& part : after_->calendar.components) {
      const Property* me = is_scheduled(part) ? own(part) : nullptr;
      if (me == nullptr) continue;
      const Component* was =
          before_ == nullptr ? nullptr : find_part(before_->calendar, instance_key(part));
      if (was == nullptr) was = master_before;
      const std::string old = was == nullptr ? "NEEDS-ACTION" : partstat(own(*was));
      const Property* organizer = part.find("ORGANIZER");
      const bool force =
          organizer != nullptr && iequals(organizer->parameter("SCHEDULE-FORCE-SEND"), "REPLY");
      if (force || partstat(me) != old) parts_.push_back(reply(part, *me, partstat(me)));
    }
  }

  // What the attendee took out of his copy he does not attend: EXDATEs that are new.
  void removed_instances() {
    const Component* master = find_part(after_->calendar, "");
    const Component* was = before_ == nullptr ? nullptr : find_part(before_->calendar, "");
    const Property* me = master == nullptr ? nullptr : own(*master);
    if (me == nullptr || was == nullptr) return;
    const auto known = exceptions(*was);
    for (const auto& one : exceptions(*master)) {
      if (std::ranges::find(known, one) != known.end()) continue;
      Property id = one;
      id.name = "RECURRENCE-ID";
      const Component instance = instance_of(*master, id);
      parts_.push_back(reply(instance, *own(instance), "DECLINED"));
    }
  }
  static std::vector<Property> exceptions(const Component& master) {
    std::vector<Property> found;
    for (const auto& property : master.properties) {
      if (property.name != "EXDATE") continue;
      for (const auto value : split(property.value, ',')) {
        Property one = property;
        one.value = trim(value);
        if (!one.value.empty()) found.push_back(std::move(one));
      }
    }
    return found;
  }

  void deletion() {
    for (const auto& part : before_->calendar.components) {
      const Property* me = is_scheduled(part) ? own(part) : nullptr;
      if (me == nullptr || partstat(me) == "DECLINED" || iequals(part.value("STATUS"), "CANCELLED"))
        continue;
      parts_.push_back(reply(part, *me, "DECLINED"));
      if (part.find("RECURRENCE-ID") == nullptr) {  // the master stands for all of it
        parts_ = {parts_.back()};
        break;
      }
    }
  }

  // RFC 5546, 3.2.3: a REPLY names the one who answers alone.
  Component reply(const Component& part, const Property& me, std::string_view answer) const {
    Component made = for_sending(part, now_);
    made.erase("ATTENDEE");
    Property attendee = me;
    attendee.set("PARTSTAT", answer);
    attendee.set("RSVP", "");
    std::erase_if(attendee.parameters,
                  [](const Parameter& one) { return one.name.starts_with("SCHEDULE-"); });
    made.properties.push_back(std::move(attendee));
    made.set("REQUEST-STATUS", "2.0;Success");
    return made;
  }

  void send() {
    if (parts_.empty()) return;
    const Component& calendar = (after_ != nullptr ? after_ : before_)->calendar;
    const Property* organizer = parts_.front().find("ORGANIZER");
    const Property* me = own(parts_.front());
    if (organizer == nullptr || me == nullptr) return;
    SchedulingMessage message{.method = Method::reply,
                              .from = calendar_address(me->value),
                              .to = {calendar_address(organizer->value)},
                              .calendar = message_frame(calendar, Method::reply)};
    for (auto& part : parts_) message.calendar.components.push_back(std::move(part));
    drop_unused_zones(message.calendar);
    change_.messages.push_back(std::move(message));
  }

  void take_force_off() {
    for (auto& part : change_.calendar.components)
      if (Property* organizer = part.find("ORGANIZER")) organizer->set("SCHEDULE-FORCE-SEND", "");
  }

  const CalendarObject* before_;
  const CalendarObject* after_;
  const std::vector<std::string>& self_;
  UtcSeconds now_;
  std::vector<Component> parts_;
  SchedulingChange change_;
};

}  // namespace

SchedulingChange attendee_change(const CalendarObject* before,
                                 const CalendarObject* after,
                                 const std::vector<std::string>& self,
                                 UtcSeconds now) {
  return Attendee(before, after, self, now).run();
}

}  // namespace kontor::calendar
