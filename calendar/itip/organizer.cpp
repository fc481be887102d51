// SPDX-License-Identifier: GPL-3.0-or-later
// Each attendee has a view of the object: the components he is named in. What he is told follows
// from his view before and after.
#include "calendar/itip/organizer.hpp"

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "calendar/itip/parts.hpp"

namespace kontor::calendar {
namespace {

bool is_one_of(const std::vector<std::string>& self, std::string_view uri) {
  return std::ranges::find(self, calendar_address(uri)) != self.end();
}

bool is_cancelled(const Component& component) {
  return iequals(component.value("STATUS"), "CANCELLED");
}

class Organizer {
 public:
  Organizer(const CalendarObject* before,
            const CalendarObject* after,
            const std::vector<std::string>& self,
            UtcSeconds now)
      : before_(before), after_(after), self_(self), now_(now) {}

  SchedulingChange run() {
    if (after_ != nullptr) change_.calendar = after_->calendar;
    if (before_ != nullptr && after_ != nullptr) raise();
    for (const auto& [address, force] : attendees()) tell(address, force);
    if (after_ != nullptr) take_force_off();
    change_.altered = after_ != nullptr && !(change_.calendar == after_->calendar);
    return std::move(change_);
  }

 private:
  // Everybody who is or was invited, with whether a message is forced (RFC 6638, 7.2).
  std::vector<std::pair<std::string, bool>> attendees() const {
    std::vector<std::pair<std::string, bool>> found;
    std::set<std::string> seen;
    for (const CalendarObject* object : {after_, before_}) {
      if (object == nullptr) continue;
      for (const Component* part : object->parts())
        for (const auto& property : part->properties) {
          if (property.name != "ATTENDEE" || is_one_of(self_, property.value)) continue;
          if (schedule_agent(property) != "SERVER") {
            seen.insert(calendar_address(property.value));
            continue;
          }
          const bool force = iequals(property.parameter("SCHEDULE-FORCE-SEND"), "REQUEST");
          if (seen.insert(calendar_address(property.value)).second)
            found.emplace_back(calendar_address(property.value), force);
        }
    }
    return found;
  }

  // Other times: SEQUENCE goes up, and everybody has to answer anew (RFC 5546, 2.1.4 and 3.2.2.1).
  void raise() {
    for (auto& part : change_.calendar.components) {
      if (!is_scheduled(part)) continue;
      const Component* old = find_part(before_->calendar, instance_key(part));
      const Component* master = find_part(before_->calendar, "");
      if (old == nullptr && (master == nullptr || part.find("RECURRENCE-ID") == nullptr)) continue;
      const Component was =
          old != nullptr ? *old : instance_of(*master, *part.find("RECURRENCE-ID"));
      const bool times = !same_times(was, part);
      if (times || is_cancelled(was) != is_cancelled(part))
        if (sequence_of(part) <= sequence_of(was))
          part.set("SEQUENCE", std::to_string(sequence_of(was) + 1));
      if (!times) continue;
      for (auto& property : part.properties)
        if (property.name == "ATTENDEE" && !is_one_of(self_, property.value) &&
            !property.parameter("PARTSTAT").empty())
          property.set("PARTSTAT", "NEEDS-ACTION");
    }
  }

  // The components that name him; what he is left out of is an exception of his master.
  static std::vector<Component> view(const Component& calendar, std::string_view address) {
    std::vector<Component> parts;
    const Component* master = find_part(calendar, "");
    const bool in_master = master != nullptr && find_attendee(*master, address) != nullptr;
    if (in_master) parts.push_back(*master);
    for (const auto& part : calendar.components) {
      const Property* id = part.find("RECURRENCE-ID");
      if (!is_scheduled(part) || id == nullptr) continue;
      if (find_attendee(part, address) != nullptr) {
        parts.push_back(part);
      } else if (in_master) {
        Property exception = *id;
        exception.name = "EXDATE";
        exception.set("RANGE", "");
        parts.front().properties.push_back(std::move(exception));
      }
    }
    return parts;
  }

  static bool same(const std::vector<Component>& a, const std::vector<Component>& b) {
    return a.size() == b.size() && std::ranges::all_of(a, [&](const Component& one) {
             const auto other = std::ranges::find_if(
                 b, [&](const Component& two) { return instance_key(one) == instance_key(two); });
             return other != b.end() && same_for_others(one, *other);
           });
  }

  void tell(const std::string& address, bool force) {
    const auto old =
        before_ == nullptr ? std::vector<Component>{} : view(before_->calendar, address);
    auto now = after_ == nullptr ? std::vector<Component>{} : view(change_.calendar, address);
    const bool cancelled = !now.empty() && std::ranges::all_of(now, is_cancelled);
    if (now.empty() || cancelled) {
      if (!old.empty() && !std::ranges::all_of(old, is_cancelled))
        cancel(address, cancelled ? now : old, !cancelled);
      return;
    }
    if (!force && same(old, now)) return;
    send(Method::request, address, std::move(now), after_->calendar);
  }

  void cancel(const std::string& address, std::vector<Component> parts, bool raise_sequence) {
    for (auto& part : parts) {
      part.set("STATUS", "CANCELLED");
      if (raise_sequence) part.set("SEQUENCE", std::to_string(sequence_of(part) + 1));
    }
    // The master stands for all of it.
    const bool has_master = std::ranges::any_of(
        parts, [](const Component& one) { return one.find("RECURRENCE-ID") == nullptr; });
    if (has_master)
      std::erase_if(parts,
                    [](const Component& one) { return one.find("RECURRENCE-ID") != nullptr; });
    send(Method::cancel, address, std::move(parts),
         (after_ != nullptr ? after_ : before_)->calendar);
  }

  void send(Method method,
            const std::string& address,
            std::vector<Component> parts,
            const Component& calendar) {
    SchedulingMessage message{.method = method,
                              .from = organizer(),
                              .to = address,
                              .calendar = message_frame(calendar, method)};
    for (auto& part : parts)
      message.calendar.components.push_back(for_sending(std::move(part), now_));
    drop_unused_zones(message.calendar);
    change_.messages.push_back(std::move(message));
  }

  std::string organizer() const {
    const auto found = (after_ != nullptr ? after_ : before_)->organizer();
    return found ? calendar_address(found->address) : "";
  }

  void take_force_off() {
    for (auto& part : change_.calendar.components)
      for (auto& property : part.properties)
        if (property.name == "ATTENDEE") property.set("SCHEDULE-FORCE-SEND", "");
  }

  const CalendarObject* before_;
  const CalendarObject* after_;
  const std::vector<std::string>& self_;
  UtcSeconds now_;
  SchedulingChange change_;
};

}  // namespace

bool is_organizer(const CalendarObject& object, const std::vector<std::string>& self) {
  for (const Component* part : object.parts())
    if (const Property* organizer = part->find("ORGANIZER"))
      return is_one_of(self, organizer->value) && !object.attendees().empty();
  return false;
}

bool is_attendee(const CalendarObject& object, const std::vector<std::string>& self) {
  for (const Component* part : object.parts()) {
    const Property* organizer = part->find("ORGANIZER");
    if (organizer == nullptr || is_one_of(self, organizer->value) ||
        schedule_agent(*organizer) != "SERVER")
      continue;
    for (const auto& address : self)
      if (find_attendee(*part, address) != nullptr) return true;
  }
  return false;
}

SchedulingChange organizer_change(const CalendarObject* before,
                                  const CalendarObject* after,
                                  const std::vector<std::string>& self,
                                  UtcSeconds now) {
  return Organizer(before, after, self, now).run();
}

void set_schedule_status(Component& calendar, std::string_view address, std::string_view status) {
  for (auto& part : calendar.components) {
    if (!is_scheduled(part)) continue;
    for (auto& property : part.properties)
      if ((property.name == "ATTENDEE" || property.name == "ORGANIZER") &&
          calendar_address(property.value) == address)
        property.set("SCHEDULE-STATUS", status);
  }
}

}  // namespace kontor::calendar
