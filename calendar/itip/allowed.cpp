// SPDX-License-Identifier: GPL-3.0-or-later
// What of a meeting an attendee may change in his copy (RFC 6638, 3.2.2.1): his answer, alarms,
// transparency, marks of his own. Other times, dates and people are refused. What it is about stays
// as the organizer has it, and is compared by its meaning to people: clients write the same text in
// several ways, and put their own remarks into it.
#include <algorithm>
#include <array>
#include <set>

#include "base/core/text.hpp"
#include "calendar/itip/organizer.hpp"
#include "calendar/itip/parts.hpp"

namespace kontor::calendar {
namespace {

constexpr std::array k_texts = {"SUMMARY", "LOCATION", "DESCRIPTION", "STATUS"};

std::unexpected<Refusal> refuse_change(std::string_view sentence) {
  return refuse(Precondition::allowed_attendee_scheduling_object_change, std::string(sentence));
}

bool is_one_of(const std::vector<std::string>& self, const Property& attendee) {
  const auto address = calendar_address(attendee.value);
  return std::ranges::any_of(self, [&](const auto& one) { return iequals(one, address); });
}

// Its words, without how they are escaped, folded and set apart.
std::string words_of(const Component& part, std::string_view name) {
  std::string out;
  for (const char c : unescape_text(part.value(name))) {
    const bool is_blank = static_cast<unsigned char>(c) <= 0x20;
    if (is_blank && (out.empty() || out.back() == ' ')) continue;
    out.push_back(is_blank ? ' ' : c);
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// Whom an attendee may name anew: those in whose favour he delegates (RFC 5546, 3.2.2.3).
std::set<std::string> delegates_of(const Component& part, const std::vector<std::string>& self) {
  std::set<std::string> out;
  for (const auto& property : part.properties) {
    if (property.name != "ATTENDEE" || !is_one_of(self, property)) continue;
    const auto* to = property.find("DELEGATED-TO");
    if (to == nullptr || !iequals(property.parameter("PARTSTAT"), "DELEGATED")) continue;
    for (const auto& one : to->values) out.insert(calendar_address(one));
  }
  return out;
}

std::set<std::string> others_in(const Component& part, const std::vector<std::string>& self) {
  std::set<std::string> out;
  for (const auto& property : part.properties)
    if (property.name == "ATTENDEE" && !is_one_of(self, property))
      out.insert(calendar_address(property.value));
  return out;
}

// Where the series and an instance are on different clocks, instance_of() does not know the times.
bool is_on_one_clock(const Component& master, const Property& id) {
  const Property* start = master.find("DTSTART");
  const auto from = start == nullptr ? std::nullopt : read_date_time(*start);
  const auto to = read_date_time(id);
  return from && to && from->form == to->form && from->tzid == to->tzid;
}

// `was`: the same component, or the instance as the series gives it.
Checked<void> check_part(const Component& was,
                         const Component& is,
                         const std::vector<std::string>& self,
                         bool are_times_known) {
  if (are_times_known && !same_times(was, is))
    return refuse_change("The times are the organizer's to change.");
  const auto is_off = [](const Component& part) {
    return iequals(words_of(part, "STATUS"), "CANCELLED");
  };
  if (is.name == "VEVENT" && is_off(is) && !is_off(was))
    return refuse_change("Whether it takes place is the organizer's to say.");
  const auto before = others_in(was, self);
  const auto delegates = delegates_of(is, self);
  for (const auto& one : others_in(is, self))
    if (!before.contains(one) && !delegates.contains(one))
      return refuse_change("Whom to invite is the organizer's to say.");
  return {};
}

// The texts of `was` in `is`, where they say something else.
void take_texts(const Component& was, Component& is) {
  for (const std::string_view name : k_texts) {
    // A task is the attendee's to do: COMPLETED is his word (RFC 5545, 3.8.1.11).
    if (name == "STATUS" && is.name != "VEVENT") continue;
    if (words_of(was, name) == words_of(is, name)) continue;
    const auto at = std::ranges::find(is.properties, name, &Property::name) - is.properties.begin();
    is.erase(name);
    std::vector<Property> kept;
    for (const auto& property : was.properties)
      if (property.name == name) kept.push_back(property);
    const auto where = std::min<std::ptrdiff_t>(at, std::ssize(is.properties));
    is.properties.insert(is.properties.begin() + where, kept.begin(), kept.end());
  }
}

std::size_t exceptions_in(const Component& master) {
  std::size_t out = 0;
  for (const auto& property : master.properties)
    if (property.name == "EXDATE") out += split(property.value, ',').size();
  return out;
}

// An instance that stood for itself and is left out now: it is the series' again, or not attended.
Checked<void> check_removed(const Component& part,
                            const Component& master_before,
                            const Component& master) {
  const Property* id = part.find("RECURRENCE-ID");
  const bool is_plain = id == nullptr || !is_on_one_clock(master_before, *id) ||
                        same_times(instance_of(master_before, *id), part);
  if (is_plain || exceptions_in(master) > exceptions_in(master_before)) return {};
  return refuse_change("The times of an instance are the organizer's to change.");
}

Checked<void> check_attendee(const Component& before,
                             const Component& after,
                             const std::vector<std::string>& self) {
  const Component* master_before = find_part(before, "");
  const Component* master = find_part(after, "");
  if ((master == nullptr) != (master_before == nullptr))
    return refuse_change("The series is the organizer's to change.");
  for (const auto& part : after.components) {
    if (!is_scheduled(part)) continue;
    if (const Component* was = find_part(before, instance_key(part)); was != nullptr) {
      if (auto good = check_part(*was, part, self, true); !good) return good;
      continue;
    }
    const Property* id = part.find("RECURRENCE-ID");
    if (master_before == nullptr || id == nullptr)
      return refuse_change("Further dates are the organizer's to add.");
    if (auto good = check_part(instance_of(*master_before, *id), part, self,
                               is_on_one_clock(*master_before, *id));
        !good)
      return good;
  }
  if (master == nullptr) return {};
  for (const auto& part : before.components) {
    if (!is_scheduled(part) || find_part(after, instance_key(part)) != nullptr) continue;
    if (auto good = check_removed(part, *master_before, *master); !good) return good;
  }
  return {};
}

}  // namespace

Checked<void> check_scheduling_change(const CalendarObject* before,
                                      const CalendarObject& after,
                                      const std::vector<std::string>& self) {
  using enum Precondition;
  const auto organizer = [](const Component& part) {
    return calendar_address(part.value("ORGANIZER"));
  };
  const auto parts = after.parts();
  for (const Component* part : parts)
    if (organizer(*part) != organizer(*parts.front()))
      return refuse(same_organizer_in_all_components, "All instances have one organizer.");
  if (before == nullptr || !is_attendee(*before, self)) return {};
  if (organizer(*before->parts().front()) != organizer(*parts.front()))
    return refuse_change("The organizer cannot be changed in an attendee's copy.");
  return check_attendee(before->calendar, after.calendar, self);
}

void keep_organizers_texts(const Component& before, Component& after) {
  const Component* master = find_part(before, "");
  for (auto& part : after.components) {
    if (!is_scheduled(part)) continue;
    const Property* id = part.find("RECURRENCE-ID");
    if (const Component* was = find_part(before, instance_key(part)); was != nullptr)
      take_texts(*was, part);
    else if (master != nullptr && id != nullptr)
      take_texts(instance_of(*master, *id), part);
  }
}

}  // namespace kontor::calendar
