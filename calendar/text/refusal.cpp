// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/text/refusal.hpp"

namespace kontor::calendar {

std::string_view name_of(Precondition precondition) noexcept {
  switch (precondition) {
    case Precondition::valid_calendar_data:
      return "valid-calendar-data";
    case Precondition::valid_calendar_object_resource:
      return "valid-calendar-object-resource";
    case Precondition::supported_calendar_component:
      return "supported-calendar-component";
    case Precondition::max_resource_size:
      return "max-resource-size";
    case Precondition::min_date_time:
      return "min-date-time";
    case Precondition::max_date_time:
      return "max-date-time";
    case Precondition::max_instances:
      return "max-instances";
    case Precondition::max_attendees_per_instance:
      return "max-attendees-per-instance";
    case Precondition::same_organizer_in_all_components:
      return "same-organizer-in-all-components";
    case Precondition::allowed_attendee_scheduling_object_change:
      return "allowed-attendee-scheduling-object-change";
    case Precondition::valid_filter:
      return "valid-filter";
    case Precondition::supported_filter:
      return "supported-filter";
    case Precondition::supported_collation:
      return "supported-collation";
    case Precondition::valid_address_data:
      return "valid-address-data";
    case Precondition::supported_address_data:
      return "supported-address-data";
  }
  return "valid-calendar-data";
}

}  // namespace kontor::calendar
