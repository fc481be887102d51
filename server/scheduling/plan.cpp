// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/plan.hpp"

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "calendar/itip/organizer.hpp"
#include "calendar/itip/parts.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/delegate.hpp"

namespace kontor::scheduling {
namespace {

using calendar::CalendarObject;
using calendar::Component;
using calendar::Property;

constexpr std::string_view k_pending = "1.0";

std::unexpected<Refusal> refuse(std::string condition, std::string sentence) {
  return std::unexpected(Refusal{std::move(condition), std::move(sentence)});
}
std::unexpected<Refusal> refuse(const calendar::Refusal& why) {
  return refuse(std::string(name_of(why.precondition)), why.sentence);
}

bool is_one_of(const std::vector<std::string>& self, std::string_view uri) {
  return std::ranges::find(self, calendar::calendar_address(uri)) != self.end();
}

class Planner {
 public:
  Planner(const directory::DirectoryCopy& copy, const Intent& intent)
      : copy_(copy), intent_(intent) {
    if (intent.after == nullptr) return;
    after_ = *intent.after;
    keep_sent_by(intent.before, after_.calendar, intent.self);
  }

  std::expected<Plan, Refusal> run() {
    const auto was = role_of(intent_.before, intent_.self);
    const auto is = role_of(intent_.after, intent_.self);
    Plan plan;
    plan.role = was != Role::none ? was : is;
    if (intent_.after != nullptr) plan.calendar = intent_.after->calendar;
    if (plan.role == Role::none) return plan;
    if (intent_.after != nullptr)
      if (auto checked = check(was); !checked) return std::unexpected(checked.error());
    return plan.role == Role::organizer ? of_organizer(std::move(plan))
                                        : of_attendee(std::move(plan));
  }

 private:
  std::expected<void, Refusal> check(Role was) const {
    if (intent_.before != nullptr && intent_.before->uid != intent_.after->uid)
      return refuse("no-uid-conflict", "A meeting keeps its UID.");
    const auto organizer = intent_.after->organizer();
    if (was == Role::organizer && organizer && !is_one_of(intent_.self, organizer->address))
      return refuse("allowed-organizer-scheduling-object-change",
                    "A meeting cannot be given to another organizer.");
    const auto checked =
        calendar::check_scheduling_change(intent_.before, *intent_.after, intent_.self);
    if (!checked) return refuse(checked.error());
    return {};
  }

  std::expected<Plan, Refusal> of_organizer(Plan plan) {
    if (intent_.after != nullptr) {
      if (intent_.merges && intent_.before != nullptr) merge();
      expand_groups();
      name_user_types(copy_, intent_.now, after_.calendar);
      if (after_.attendees().size() > intent_.most_attendees)
        return refuse("max-attendees-per-instance",
                      "More than " + std::to_string(intent_.most_attendees) +
                          " attendees, counting the members of groups.");
      tell_pending("ATTENDEE", "REQUEST");
    }
    auto change = calendar::organizer_change(
        intent_.before, intent_.after != nullptr ? &after_ : nullptr, intent_.self, intent_.now);
    if (!change) return refuse(change.error());
    for (auto& message : change->messages) drop_groups(message);
    std::erase_if(change->messages, [](const auto& one) { return one.to.empty(); });
    return finish(std::move(plan), *std::move(change));
  }

  std::expected<Plan, Refusal> of_attendee(Plan plan) {
    if (intent_.after != nullptr) {
      if (intent_.before != nullptr)
        calendar::keep_organizers_texts(intent_.before->calendar, after_.calendar);
      if (intent_.merges && intent_.before != nullptr) merge();
      tell_pending("ORGANIZER", "REPLY");
    }
    return finish(std::move(plan), calendar::attendee_change(
                                       intent_.before, intent_.after != nullptr ? &after_ : nullptr,
                                       intent_.self, intent_.now));
  }

  Plan finish(Plan plan, calendar::SchedulingChange change) const {
    plan.messages = std::move(change.messages);
    for (auto& message : plan.messages)
      set_sent_by(message.calendar, intent_.self, plan.role, intent_.sent_by);
    if (intent_.after == nullptr) return plan;
    plan.calendar = std::move(change.calendar);
    if (!plan.messages.empty())
      set_sent_by(plan.calendar, intent_.self, plan.role, intent_.sent_by);
    calendar::ScheduleStatuses pending;
    for (const auto& message : plan.messages)
      for (const auto& to : message.to) pending[to] = k_pending;
    calendar::set_schedule_statuses(plan.calendar, pending);
    plan.is_altered = !(plan.calendar == intent_.after->calendar);
    return plan;
  }

  template <class Visit>
  void for_each_part(const Visit& visit) {
    for (auto& part : after_.calendar.components)
      if (calendar::is_scheduled(part)) visit(part);
  }

  // RFC 6638, 3.2.10: what came from others while the client had an older copy stays.
  void merge() {
    const auto& before = intent_.before->calendar;
    for_each_part([&](Component& part) {
      const auto* old = calendar::find_part(before, calendar::instance_key(part));
      if (old == nullptr || !calendar::same_times(*old, part)) return;
      for (auto& property : part.properties) {
        if (property.name != "ATTENDEE" || is_one_of(intent_.self, property.value)) continue;
        const auto* was = calendar::find_attendee(*old, calendar::calendar_address(property.value));
        if (was == nullptr) continue;
        for (const auto* name : {"PARTSTAT", "SCHEDULE-STATUS", "DELEGATED-TO"})
          property.set(name, was->parameter(name));
      }
    });
    keep_answered_instances();
  }

  // Instances that were answered alone, and are otherwise as the series.
  void keep_answered_instances() {
    const auto* old_master = calendar::find_part(intent_.before->calendar, "");
    const auto* master = calendar::find_part(after_.calendar, "");
    if (old_master == nullptr || master == nullptr || !calendar::same_times(*old_master, *master) ||
        exceptions_of(*old_master) != exceptions_of(*master))
      return;
    std::vector<Component> kept;
    for (const auto& part : intent_.before->calendar.components) {
      const auto* id = part.find("RECURRENCE-ID");
      if (!calendar::is_scheduled(part) || id == nullptr ||
          calendar::find_part(after_.calendar, calendar::instance_key(part)) != nullptr)
        continue;
      if (calendar::same_for_others(part, calendar::instance_of(*old_master, *id)))
        kept.push_back(part);
    }
    for (auto& part : kept) after_.calendar.components.push_back(std::move(part));
  }
  static std::set<std::string> exceptions_of(const Component& master) {
    std::set<std::string> out;
    for (const auto& property : master.properties)
      if (property.name == "EXDATE") out.insert(property.value);
    return out;
  }

  void tell_pending(std::string_view name, std::string_view method) {
    if (intent_.before == nullptr) return;
    for_each_part([&](Component& part) {
      const auto* old = calendar::find_part(intent_.before->calendar, calendar::instance_key(part));
      if (old == nullptr) return;
      for (auto& property : part.properties) {
        if (property.name != name) continue;
        const auto address = calendar::calendar_address(property.value);
        const auto* was =
            name == "ORGANIZER" ? old->find("ORGANIZER") : calendar::find_attendee(*old, address);
        if (was != nullptr && was->parameter("SCHEDULE-STATUS") == k_pending)
          property.set("SCHEDULE-FORCE-SEND", method);
      }
    });
  }

  Addressee find(std::string_view address) const {
    return find_addressee(copy_, {}, address, intent_.now);
  }

  void expand_groups() {
    for_each_part([&](Component& part) {
      std::vector<Property> members;
      for (const auto& property : part.properties) {
        if (property.name != "ATTENDEE" || members.size() > intent_.most_attendees) continue;
        const auto group = find(calendar::calendar_address(property.value));
        if (group.where == Where::group && !had(part, property))
          add_members(part, property, *group.principal, members);
      }
      part.properties.insert(part.properties.end(), members.begin(), members.end());
    });
  }
  // Was the group there before? Then the organizer has seen its members.
  bool had(const Component& part, const Property& group) const {
    if (intent_.before == nullptr) return false;
    const auto address = calendar::calendar_address(group.value);
    const auto* old = calendar::find_part(intent_.before->calendar, calendar::instance_key(part));
    if (old == nullptr) old = calendar::find_part(intent_.before->calendar, "");
    return old != nullptr && calendar::find_attendee(*old, address) != nullptr;
  }
  void add_members(const Component& part,
                   const Property& group,
                   const directory::Principal& principal,
                   std::vector<Property>& members) const {
    for (const auto& one : copy_.expand(principal.id)) {
      const auto address = to_lower(one->mail);
      const auto is_it = [&](const Property& other) {
        return calendar::calendar_address(other.value) == address;
      };
      const auto all = addresses_of(*one);
      const bool is_there = std::ranges::any_of(all, [&](const std::string& own) {
        return calendar::find_attendee(part, own) != nullptr;
      });
      if (address.empty() || is_there || is_one_of(intent_.self, address) ||
          std::ranges::any_of(members, is_it))
        continue;
      Property member{.name = "ATTENDEE", .value = "mailto:" + one->mail};
      if (!one->name.empty()) member.set("CN", one->name);
      const bool is_room = one->kind == directory::Kind::room;
      member.set("CUTYPE", is_room ? "ROOM" : "INDIVIDUAL");
      member.set("MEMBER", group.value);
      member.set("PARTSTAT", "NEEDS-ACTION");
      member.set("ROLE",
                 group.parameter("ROLE").empty() ? "REQ-PARTICIPANT" : group.parameter("ROLE"));
      member.set("RSVP", "TRUE");
      members.push_back(std::move(member));
    }
  }
  // The members are told, not the group.
  void drop_groups(calendar::SchedulingMessage& message) const {
    std::erase_if(message.to,
                  [&](const std::string& to) { return find(to).where == Where::group; });
  }

  const directory::DirectoryCopy& copy_;
  const Intent& intent_;
  CalendarObject after_;
};

}  // namespace

void name_user_types(const directory::DirectoryCopy& copy, UtcSeconds now, Component& calendar) {
  for (auto& part : calendar.components) {
    if (!calendar::is_scheduled(part)) continue;
    for (auto& property : part.properties) {
      if (property.name != "ATTENDEE" || !property.parameter("CUTYPE").empty()) continue;
      const auto whom = find_addressee(copy, {}, calendar::calendar_address(property.value), now);
      if (whom.where == Where::group) property.set("CUTYPE", "GROUP");
      if (whom.where == Where::here && whom.principal->kind == directory::Kind::room)
        property.set("CUTYPE", "ROOM");
    }
  }
}

Role role_of(const CalendarObject* object, const std::vector<std::string>& self) {
  if (object == nullptr) return Role::none;
  if (calendar::is_organizer(*object, self)) return Role::organizer;
  return calendar::is_attendee(*object, self) ? Role::attendee : Role::none;
}

std::expected<Plan, Refusal> make_plan(const directory::DirectoryCopy& copy, const Intent& intent) {
  return Planner(copy, intent).run();
}

}  // namespace kontor::scheduling
