// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/delegate.hpp"

#include <algorithm>

#include "calendar/itip/parts.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Component;
using calendar::Property;

bool is_own(const Property& property, std::string_view name, const std::vector<std::string>& self) {
  return property.name == name &&
         std::ranges::find(self, calendar::calendar_address(property.value)) != self.end();
}

const Property* find_own(const Component* part,
                         std::string_view name,
                         const std::vector<std::string>& self) {
  if (part == nullptr) return nullptr;
  const auto found = std::ranges::find_if(
      part->properties, [&](const Property& one) { return is_own(one, name, self); });
  return found == part->properties.end() ? nullptr : &*found;
}

// A value that is there already stays where it stands.
void set(Property& property, std::string_view sent_by) {
  if (property.parameter("SENT-BY") != sent_by) property.set("SENT-BY", sent_by);
}

}  // namespace

std::string sent_by_of(const Acting& by) {
  return by.is_delegate() && !by.writer->mail.empty() ? "mailto:" + by.writer->mail : "";
}

std::optional<Refusal> check_sending(const Acting& by,
                                     const std::vector<calendar::SchedulingMessage>& messages) {
  if (by.may_send || messages.empty()) return std::nullopt;
  const bool is_answer = messages.front().method == calendar::Method::reply;
  return Refusal{"", "Others would be told of it in the owner's name: that takes a delegate.",
                 is_answer ? "schedule-send-reply" : "schedule-send-invite"};
}

void keep_sent_by(const calendar::CalendarObject* before,
                  Component& after,
                  const std::vector<std::string>& self) {
  for (auto& part : after.components) {
    if (!calendar::is_scheduled(part)) continue;
    const Component* old = nullptr;
    if (before != nullptr) old = find_part(before->calendar, calendar::instance_key(part));
    if (before != nullptr && old == nullptr) old = find_part(before->calendar, "");
    for (auto& property : part.properties)
      for (const std::string_view name : {"ORGANIZER", "ATTENDEE"})
        if (is_own(property, name, self)) {
          const auto* was = find_own(old, name, self);
          set(property, was == nullptr ? "" : was->parameter("SENT-BY"));
        }
  }
}

void set_sent_by(Component& calendar,
                 const std::vector<std::string>& self,
                 Role role,
                 const std::string& sent_by) {
  const std::string_view name = role == Role::organizer ? "ORGANIZER" : "ATTENDEE";
  for (auto& part : calendar.components)
    if (calendar::is_scheduled(part))
      for (auto& property : part.properties)
        if (is_own(property, name, self)) set(property, sent_by);
}

}  // namespace kontor::scheduling
