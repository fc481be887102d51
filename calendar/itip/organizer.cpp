// SPDX-License-Identifier: GPL-3.0-or-later
// Each attendee has a view of the object: the components he is named in. What he is told follows
// from his view before and after.
#include "calendar/itip/organizer.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <set>

#include "base/core/text.hpp"
#include "calendar/itip/parts.hpp"

namespace kontor::calendar {
namespace {

bool is_one_of(const std::vector<std::string>& self, std::string_view uri) {
  const std::string address = calendar_address(uri);
  return std::ranges::any_of(self, [&](const auto& one) { return iequals(one, address); });
}

bool is_cancelled(const Component& component) {
  return iequals(component.value("STATUS"), "CANCELLED");
}

// Where an attendee is named: the numbers of components before and after the change.
struct Seat {
  std::vector<std::size_t> before, after;
  bool force = false;  // SCHEDULE-FORCE-SEND (RFC 6638, 7.2)
  auto operator<=>(const Seat&) const = default;
};

using Parts = std::vector<Component>;

bool same(const Parts& a, const Parts& b) {
  if (a.size() != b.size()) return false;
  std::map<std::string, const Component*> keyed;
  for (const auto& one : b) keyed.emplace(instance_key(one), &one);
  return std::ranges::all_of(a, [&](const Component& one) {
    const auto other = keyed.find(instance_key(one));
    return other != keyed.end() && same_for_others(one, *other->second);
  });
}

class Organizer {
 public:
  Organizer(const CalendarObject* before,
            const CalendarObject* after,
            const std::vector<std::string>& self,
            UtcSeconds now)
      : before_(before), after_(after), self_(self), now_(now) {}

  Checked<SchedulingChange> run() {
    if (after_ != nullptr) change_.calendar = after_->calendar;
    if (before_ != nullptr && after_ != nullptr) raise();
    for (const auto& [seat, addresses] : groups()) tell(seat, addresses);
    if (cost_ > k_most_properties)
      return refuse(Precondition::max_attendees_per_instance,
                    "Too many attendees take part in different instances.");
    if (after_ != nullptr) take_force_off();
    change_.altered = after_ != nullptr && !(change_.calendar == after_->calendar);
    return std::move(change_);
  }

 private:
  void seat(const CalendarObject* object,
            std::vector<std::size_t> Seat::* where,
            std::map<std::string, Seat>& seats,
            std::set<std::string>& others) const {
    if (object == nullptr) return;
    const auto& components = object->calendar.components;
    for (std::size_t i = 0; i < components.size(); ++i) {
      if (!is_scheduled(components[i])) continue;
      for (const auto& property : components[i].properties) {
        if (property.name != "ATTENDEE" || is_one_of(self_, property.value)) continue;
        const std::string address = calendar_address(property.value);
        if (schedule_agent(property) != "SERVER") {
          others.insert(address);
          continue;
        }
        Seat& one = seats[address];
        if (auto& list = one.*where; list.empty() || list.back() != i) list.push_back(i);
        one.force = one.force || (object == after_ &&
                                  iequals(property.parameter("SCHEDULE-FORCE-SEND"), "REQUEST"));
      }
    }
  }

  // Everybody who is or was invited; those who see the same are told the same.
  std::map<Seat, std::vector<std::string>> groups() const {
    std::map<std::string, Seat> seats;
    std::set<std::string> others;  // whom their own client tells
    seat(before_, &Seat::before, seats, others);
    seat(after_, &Seat::after, seats, others);
    std::map<Seat, std::vector<std::string>> found;
    for (auto& [address, one] : seats)
      if (!others.contains(address)) found[std::move(one)].push_back(address);
    return found;
  }

  // Other times: SEQUENCE goes up, and everybody has to answer anew (RFC 5546, 2.1.4 and 3.2.2.1).
  void raise() {
    for (auto& part : change_.calendar.components) {
      if (!is_scheduled(part)) continue;
      const Component* old = find_part(before_->calendar, instance_key(part));
      const Component* master = find_part(before_->calendar, "");
      const Property* id = part.find("RECURRENCE-ID");
      if (old == nullptr && (master == nullptr || id == nullptr)) continue;
      const Component was = old != nullptr ? *old : instance_of(*master, *id);
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
  Parts view(const Component& calendar, const std::vector<std::size_t>& seat) {
    Parts parts;
    const auto& all = calendar.components;
    for (const std::size_t i : seat) {
      cost_ += all[i].properties.size();
      if (cost_ > k_most_properties) return parts;
      parts.insert(all[i].find("RECURRENCE-ID") == nullptr ? parts.begin() : parts.end(), all[i]);
    }
    if (parts.empty() || parts.front().find("RECURRENCE-ID") != nullptr) return parts;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Property* id = all[i].find("RECURRENCE-ID");
      if (!is_scheduled(all[i]) || id == nullptr || std::ranges::binary_search(seat, i)) continue;
      Property exception = *id;
      exception.name = "EXDATE";
      exception.set("RANGE", "");
      parts.front().properties.push_back(std::move(exception));
    }
    return parts;
  }

  void tell(const Seat& seat, const std::vector<std::string>& to) {
    if (cost_ > k_most_properties) return;
    const Parts old = before_ == nullptr ? Parts{} : view(before_->calendar, seat.before);
    Parts now = after_ == nullptr ? Parts{} : view(change_.calendar, seat.after);
    const bool cancelled = !now.empty() && std::ranges::all_of(now, is_cancelled);
    if (now.empty() || cancelled) {
      if (!old.empty() && !std::ranges::all_of(old, is_cancelled))
        cancel(to, cancelled ? now : old, !cancelled);
      return;
    }
    if (!seat.force && same(old, now)) return;
    send(Method::request, to, std::move(now), after_->calendar);
  }

  void cancel(const std::vector<std::string>& to, Parts parts, bool raise_sequence) {
    for (auto& part : parts) {
      part.set("STATUS", "CANCELLED");
      if (raise_sequence) part.set("SEQUENCE", std::to_string(sequence_of(part) + 1));
    }
    // The master stands for all of it.
    const auto is_instance = [](const Component& one) {
      return one.find("RECURRENCE-ID") != nullptr;
    };
    if (!std::ranges::all_of(parts, is_instance)) std::erase_if(parts, is_instance);
    send(Method::cancel, to, std::move(parts), (after_ != nullptr ? after_ : before_)->calendar);
  }

  void send(Method method,
            const std::vector<std::string>& to,
            Parts parts,
            const Component& calendar) {
    SchedulingMessage message{.method = method,
                              .from = organizer(),
                              .to = to,
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

  static constexpr std::size_t k_most_properties = 2'000'000;  // of all views together

  const CalendarObject* before_;
  const CalendarObject* after_;
  const std::vector<std::string>& self_;
  UtcSeconds now_;
  std::size_t cost_ = 0;
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

Checked<SchedulingChange> organizer_change(const CalendarObject* before,
                                           const CalendarObject* after,
                                           const std::vector<std::string>& self,
                                           UtcSeconds now) {
  return Organizer(before, after, self, now).run();
}

void set_schedule_statuses(Component& calendar, const ScheduleStatuses& statuses) {
  if (statuses.empty()) return;
  for (auto& part : calendar.components) {
    if (!is_scheduled(part)) continue;
    for (auto& property : part.properties) {
      if (property.name != "ATTENDEE" && property.name != "ORGANIZER") continue;
      const auto found = statuses.find(calendar_address(property.value));
      if (found != statuses.end()) property.set("SCHEDULE-STATUS", found->second);
    }
  }
}

}  // namespace kontor::calendar
