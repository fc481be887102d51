// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/itip/apply.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/itip/organizer.hpp"
#include "calendar/itip/parts.hpp"

namespace kontor::calendar {
namespace {

// Parameters of an answer that travel from a REPLY into the organizer's object.
constexpr const char* k_answer[] = {"PARTSTAT", "DELEGATED-TO", "DELEGATED-FROM", "CN", "SENT-BY"};

class Applier {
 public:
  Applier(const CalendarObject* stored,
          const CalendarObject& message,
          std::string_view from,
          const ApplyOptions& options)
      : stored_(stored), message_(message), from_(calendar_address(from)), options_(options) {
    if (stored_ != nullptr) calendar_ = stored_->calendar;
  }

  AppliedMessage run() {
    const auto method = method_of(message_.method);
    if (!method || (stored_ != nullptr && stored_->kind != message_.kind)) return {};
    switch (*method) {
      case Method::request:
        return from_organizer() ? request() : AppliedMessage{};
      case Method::add:
        return from_organizer() && stored_ != nullptr ? add() : AppliedMessage{};
      case Method::cancel:
        return from_organizer() && stored_ != nullptr ? cancel() : AppliedMessage{};
      case Method::reply:
        return stored_ != nullptr && is_organizer(*stored_, options_.self) ? reply()
                                                                           : AppliedMessage{};
      case Method::counter:
        if (stored_ == nullptr || !is_organizer(*stored_, options_.self) || !sender_is_named())
          return {};
        return {.outcome = Applied::countered,
                .calendar = {},
                .messages = {},
                .others_should_know = false};
      case Method::refresh:
        return stored_ != nullptr && sender_is_named() ? refresh() : AppliedMessage{};
      default:
        return {};
    }
  }

 private:
  // The message and what is stored have one organizer, and he (or somebody for him) sent it.
  bool from_organizer() const {
    const auto organizer = message_.organizer();
    if (!organizer || calendar_address(organizer->address) != from_) return false;
    const auto known = stored_ == nullptr ? std::nullopt : stored_->organizer();
    return !known || calendar_address(known->address) == from_;
  }
  bool sender_is_named() const {
    return std::ranges::any_of(message_.parts(), [&](const Component* one) {
      return find_attendee(*one, from_) != nullptr;
    });
  }
  // RFC 5546, 2.1.5: by SEQUENCE, then by DTSTAMP.
  static bool is_older(const Component& message, const Component& stored) {
    if (sequence_of(message) != sequence_of(stored))
      return sequence_of(message) < sequence_of(stored);
    const auto now = read_date_time(message.value("DTSTAMP"));
    const auto was = read_date_time(stored.value("DTSTAMP"));
    return now && was && now->local < was->local;
  }
  AppliedMessage done(Applied outcome) {
    calendar_.erase("METHOD");
    drop_unused_zones(calendar_);
    return {.outcome = outcome,
            .calendar = std::move(calendar_),
            .messages = {},
            .others_should_know = false};
  }
  static AppliedMessage only(Applied outcome) {
    return {.outcome = outcome, .calendar = {}, .messages = {}, .others_should_know = false};
  }
  void take_zones() {
    for (const auto& zone : message_.calendar.components) {
      if (zone.name != "VTIMEZONE") continue;
      std::erase_if(calendar_.components, [&](const Component& one) {
        return one.name == "VTIMEZONE" && one.value("TZID") == zone.value("TZID");
      });
      calendar_.components.insert(calendar_.components.begin(), zone);
    }
  }

  AppliedMessage request() {
    if (stored_ == nullptr) {
      calendar_ = message_.calendar;
      return done(Applied::created);
    }
    const Component* whole = message_.master();
    if (whole != nullptr) return replace(*whole);
    bool any = false;
    for (const Component* part : message_.parts()) any = put(*part) || any;
    if (!any) return only(Applied::stale);
    take_zones();
    return done(Applied::updated);
  }

  // A REQUEST of the whole: what the organizer says, with what is the attendee's own.
  AppliedMessage replace(const Component& master) {
    const Component* was = find_part(stored_->calendar, "");
    if (was != nullptr && is_older(master, *was)) return only(Applied::stale);
    calendar_ = message_.calendar;
    for (auto& part : calendar_.components) {
      if (!is_scheduled(part)) continue;
      const Component* old = find_part(stored_->calendar, instance_key(part));
      if (old != nullptr) keep_own(*old, part);
    }
    return done(Applied::updated);
  }

  // Alarms, transparency and private marks stay; so does the answer while the times are the same.
  void keep_own(const Component& old, Component& part) const {
    for (const auto& inner : old.components)
      if (inner.name == "VALARM") part.components.push_back(inner);
    for (const auto& property : old.properties)
      if (property.name == "TRANSP" || property.name.starts_with("X-MOZ-") ||
          property.name == "X-MICROSOFT-CDO-BUSYSTATUS") {
        part.erase(property.name);
        part.properties.push_back(property);
      }
    if (!same_times(old, part) || sequence_of(old) != sequence_of(part)) return;
    for (const auto& address : options_.self) {
      const Property* was = find_attendee(old, address);
      Property* now = find_attendee(part, address);
      if (was == nullptr || now == nullptr || was->parameter("PARTSTAT").empty()) continue;
      now->set("PARTSTAT", was->parameter("PARTSTAT"));
    }
  }

  // One instance of the message into the stored object.
  bool put(const Component& part) {
    const std::string key = instance_key(part);
    if (Component* old = find_part(calendar_, key)) {
      if (is_older(part, *old)) return false;
      Component now = part;
      keep_own(*old, now);
      *old = std::move(now);
      return true;
    }
    if (const Component* master = find_part(calendar_, "");
        master != nullptr && sequence_of(part) < sequence_of(*master))
      return false;
    remove_exception(*part.find("RECURRENCE-ID"));
    calendar_.components.push_back(part);
    return true;
  }
  void remove_exception(const Property& id) {
    Component* master = find_part(calendar_, "");
    if (master == nullptr) return;
    std::erase_if(master->properties, [&](const Property& one) {
      return one.name == "EXDATE" && trim(one.value) == trim(id.value) &&
             one.parameter("TZID") == id.parameter("TZID");
    });
  }

  // RFC 5546, 3.2.4: one more instance, which no rule gives.
  AppliedMessage add() {
    Component* master = find_part(calendar_, "");
    bool any = false;
    for (const Component* part : message_.parts()) {
      const Property* start = part->find("DTSTART");
      if (start == nullptr) continue;
      Component made = *part;
      if (made.find("RECURRENCE-ID") == nullptr) {
        Property id = *start;
        id.name = "RECURRENCE-ID";
        made.properties.push_back(id);
        if (master != nullptr) {
          id.name = "RDATE";
          master->properties.push_back(std::move(id));
        }
      }
      if (find_part(calendar_, instance_key(made)) != nullptr) continue;
      calendar_.components.push_back(std::move(made));
      master = find_part(calendar_, "");
      any = true;
    }
    take_zones();
    return any ? done(Applied::updated) : only(Applied::stale);
  }

  AppliedMessage cancel() {
    if (const Component* whole = message_.master()) {
      const Component* was = find_part(stored_->calendar, "");
      if (was != nullptr && sequence_of(*whole) < sequence_of(*was)) return only(Applied::stale);
      for (auto& part : calendar_.components) {
        if (!is_scheduled(part)) continue;
        part.set("STATUS", "CANCELLED");
        part.set("SEQUENCE", std::to_string(std::max(sequence_of(part), sequence_of(*whole))));
      }
      return done(Applied::cancelled);
    }
    bool any = false;
    for (const Component* part : message_.parts()) any = cancel_instance(*part) || any;
    if (!any) return only(Applied::stale);
    return std::ranges::any_of(calendar_.components, is_scheduled) ? done(Applied::updated)
                                                                   : only(Applied::removed);
  }
  bool cancel_instance(const Component& part) {
    const std::string key = instance_key(part);
    const Component* old = find_part(calendar_, key);
    if (old != nullptr && sequence_of(part) < sequence_of(*old)) return false;
    const bool had = old != nullptr;
    std::erase_if(calendar_.components, [&](const Component& one) {
      return is_scheduled(one) && instance_key(one) == key;
    });
    Component* master = find_part(calendar_, "");
    if (master == nullptr) return had;
    Property exception = *part.find("RECURRENCE-ID");
    exception.name = "EXDATE";
    exception.set("RANGE", "");
    if (!had && std::ranges::find(master->properties, exception) != master->properties.end())
      return false;
    master->properties.push_back(std::move(exception));
    return true;
  }

  AppliedMessage reply() {
    bool any = false;
    bool known = false;
    for (const Component* part : message_.parts()) {
      const Property* answer = find_attendee(*part, from_);
      if (answer == nullptr) continue;
      known = true;
      any = take_answer(*part, *answer) || any;
    }
    if (!known) return {};
    if (!any) return only(Applied::stale);
    AppliedMessage applied = done(Applied::updated);
    applied.others_should_know = true;
    return applied;
  }

  bool take_answer(const Component& part, const Property& answer) {
    Component* target = find_part(calendar_, instance_key(part));
    const Property* id = part.find("RECURRENCE-ID");
    if (target == nullptr && id != nullptr) {
      const Component* master = find_part(calendar_, "");
      if (master == nullptr) return false;
      if (sequence_of(part) < sequence_of(*master)) return false;
      Component made = instance_of(*master, *id);
      if (!set_answer(made, answer)) return false;
      calendar_.components.push_back(std::move(made));
      return true;
    }
    // An answer to what is no longer so does not count (RFC 5546, 2.1.5).
    if (target == nullptr || sequence_of(part) < sequence_of(*target)) return false;
    return set_answer(*target, answer);
  }

  bool set_answer(Component& target, const Property& answer) {
    Property* attendee = find_attendee(target, from_);
    if (attendee == nullptr) {
      const bool delegate =
          !answer.parameter("DELEGATED-FROM").empty() &&
          find_attendee(target, calendar_address(answer.parameter("DELEGATED-FROM"))) != nullptr;
      if (!options_.take_party_crashers && !delegate) return false;
      target.properties.push_back({.name = "ATTENDEE", .value = answer.value});
      attendee = &target.properties.back();
    }
    for (const auto name : k_answer)
      if (const auto value = answer.parameter(name); !value.empty()) attendee->set(name, value);
    attendee->set("SCHEDULE-STATUS", "2.0");
    attendee->set("RSVP", "");
    add_delegate(target, answer);
    return true;
  }
  // RFC 5546, 3.2.2.3: whom he sends in his place is an attendee too.
  void add_delegate(Component& target, const Property& answer) const {
    const std::string to(answer.parameter("DELEGATED-TO"));
    if (!iequals(answer.parameter("PARTSTAT"), "DELEGATED") || to.empty()) return;
    if (find_attendee(target, calendar_address(to)) != nullptr) return;
    Property delegate{.name = "ATTENDEE", .value = to};
    delegate.set("PARTSTAT", "NEEDS-ACTION");
    delegate.set("RSVP", "TRUE");
    delegate.set("DELEGATED-FROM", answer.value);
    target.properties.push_back(std::move(delegate));
  }

  // Who asks gets the newest REQUEST again.
  AppliedMessage refresh() const {
    if (!is_organizer(*stored_, options_.self)) return {};
    AppliedMessage applied;
    auto change = organizer_change(nullptr, stored_, options_.self, options_.now);
    if (!change) return applied;
    for (auto& one : change->messages) {
      if (std::ranges::find(one.to, from_) == one.to.end()) continue;
      one.to = {from_};
      applied.messages.push_back(std::move(one));
    }
    return applied;
  }

  const CalendarObject* stored_;
  const CalendarObject& message_;
  std::string from_;
  const ApplyOptions& options_;
  Component calendar_;
};

}  // namespace

AppliedMessage apply_message(const CalendarObject* stored,
                             const CalendarObject& message,
                             std::string_view from,
                             const ApplyOptions& options) {
  return Applier(stored, message, from, options).run();
}

}  // namespace kontor::calendar
