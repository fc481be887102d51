// SPDX-License-Identifier: GPL-3.0-or-later
// Why a calendar object or a card is not taken: the precondition that CalDAV or CardDAV names, and
// a sentence for the person who reads it. Pure.
#pragma once
#include <expected>
#include <string>
#include <string_view>

namespace kontor::calendar {

// RFC 4791, 5.3.2.1 and RFC 6352, 6.3.2.1.
enum class Precondition : unsigned char {
  valid_calendar_data,
  valid_calendar_object_resource,
  supported_calendar_component,
  max_resource_size,
  min_date_time,
  max_date_time,
  max_instances,
  max_attendees_per_instance,
  same_organizer_in_all_components,  // RFC 6638, 3.2.4
  allowed_attendee_scheduling_object_change,
  valid_filter,
  supported_filter,
  supported_collation,
  valid_address_data,
  supported_address_data,
};

// The element's name in the namespace of its protocol: "valid-calendar-data".
std::string_view name_of(Precondition precondition) noexcept;

struct Refusal {
  Precondition precondition;
  std::string sentence;  // English, no line breaks; may quote a short piece of the input
};

template <class T>
using Checked = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(Precondition precondition, std::string sentence) {
  return std::unexpected(Refusal{precondition, std::move(sentence)});
}

}  // namespace kontor::calendar
