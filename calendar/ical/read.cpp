// SPDX-License-Identifier: GPL-3.0-or-later
// The checks of RFC 4791, 4.1 and of what RFC 5545 asks of the properties that everything else
// stands on. What only one program's display depends on is not looked at: the client's bytes come
// back as they are.
#include <algorithm>
#include <map>
#include <optional>

#include "base/core/text.hpp"
#include "calendar/ical/object.hpp"
#include "calendar/ical/rule.hpp"

namespace kontor::calendar {
namespace {

using enum Precondition;

std::string quoted(std::string_view text) {
  return "\"" + to_valid_utf8(text.substr(0, 60)) + "\"";
}

bool is_property_of_moment(std::string_view name) {
  return name == "DTSTART" || name == "DTEND" || name == "DUE" || name == "RECURRENCE-ID";
}

// Looks at one component that counts.
class PartCheck {
 public:
  PartCheck(const Component& part, Kind kind, const ObjectLimits& limits, std::size_t& dates)
      : part_(part), kind_(kind), limits_(limits), dates_(dates) {}

  Checked<void> run() {
    if (auto checked = counts(); !checked) return checked;
    for (const auto& property : part_.properties)
      if (auto checked = look_at(property); !checked) return checked;
    if (kind_ == Kind::event && part_.find("DTSTART") == nullptr && !limits_.allow_method)
      return refuse(valid_calendar_data, "A VEVENT has no DTSTART.");
    if (part_.find("RRULE") != nullptr && part_.find("DTSTART") == nullptr &&
        part_.find("DUE") == nullptr)
      return refuse(valid_calendar_data, part_.name + " has an RRULE and no DTSTART.");
    return {};
  }

 private:
  Checked<void> counts() const {
    std::size_t attendees = 0;
    std::map<std::string_view, int> seen;
    for (const auto& property : part_.properties) {
      if (property.name == "ATTENDEE") ++attendees;
      if (is_property_of_moment(property.name) || property.name == "UID" ||
          property.name == "DURATION" || property.name == "ORGANIZER")
        if (++seen[property.name] > 1)
          return refuse(valid_calendar_data,
                        part_.name + " has more than one " + property.name + ".");
    }
    if (attendees > limits_.attendees)
      return refuse(max_attendees_per_instance,
                    "More than " + std::to_string(limits_.attendees) + " attendees.");
    return {};
  }

  Checked<void> look_at(const Property& property) {
    if (is_property_of_moment(property.name)) return moment(property, property.value);
    if (property.name == "DURATION" && !read_duration(property.value))
      return refuse(valid_calendar_data, "DURATION " + quoted(property.value) + " cannot be read.");
    if (property.name == "RRULE" || property.name == "EXRULE") {
      const auto rule = read_rule(property.value);
      if (!rule) return refuse(valid_calendar_data, rule.error());
    }
    if (property.name == "RDATE" || property.name == "EXDATE") return list(property);
    return {};
  }

  Checked<void> list(const Property& property) {
    for (const auto value : split(property.value, ',')) {
      if (++dates_ > limits_.dates)
        return refuse(max_instances, "More than " + std::to_string(limits_.dates) +
                                         " values of RDATE and EXDATE.");
      if (trim(value).empty()) continue;  // real programs leave EXDATE empty
      if (auto checked = moment(property, value.substr(0, value.find('/'))); !checked)
        return checked;
    }
    return {};
  }

  Checked<void> moment(const Property& property, std::string_view value) const {
    const auto time = read_date_time(value, property.parameter("TZID"));
    if (!time)
      return refuse(valid_calendar_data,
                    property.name + " " + quoted(value) + " is no date or time.");
    if (time->local < limits_.earliest)
      return refuse(min_date_time, property.name + " " + quoted(value) + " is too early.");
    if (time->local >= limits_.latest + std::chrono::days(1))
      return refuse(max_date_time, property.name + " " + quoted(value) + " is too late.");
    return {};
  }

  const Component& part_;
  Kind kind_;
  const ObjectLimits& limits_;
  std::size_t& dates_;
};

class ObjectReader {
 public:
  explicit ObjectReader(const ObjectLimits& limits) : limits_(limits) {}

  Checked<CalendarObject> read(std::string_view bytes) {
    if (bytes.size() > limits_.text.bytes)
      return refuse(max_resource_size,
                    "It is larger than " + std::to_string(limits_.text.bytes) + " bytes.");
    auto read = read_components(bytes, limits_.text);
    if (!read) {
      const bool is_many = read.error().contains("too many components");  // overrides without end
      return refuse(is_many ? max_instances : valid_calendar_data, std::move(read.error()));
    }
    if (read->size() != 1 || read->front().name != "VCALENDAR")
      return refuse(valid_calendar_data, "It is not one VCALENDAR.");
    object_.calendar = std::move(read->front());
    if (auto checked = frame(); !checked) return std::unexpected(checked.error());
    if (auto checked = kinds(); !checked) return std::unexpected(checked.error());
    if (auto checked = parts(); !checked) return std::unexpected(checked.error());
    return std::move(object_);
  }

 private:
  Checked<void> frame() {
    const auto version = object_.calendar.value("VERSION");
    if (!version.empty() && version != "2.0")
      return refuse(valid_calendar_data, "VERSION " + quoted(version) + " is not 2.0.");
    const auto scale = object_.calendar.value("CALSCALE");
    if (!scale.empty() && !iequals(scale, "GREGORIAN"))
      return refuse(valid_calendar_data, "CALSCALE " + quoted(scale) + " is not GREGORIAN.");
    object_.method = to_upper(object_.calendar.value("METHOD"));
    if (!object_.method.empty() && !limits_.allow_method)
      return refuse(valid_calendar_object_resource,
                    "A stored object has no METHOD.");  // RFC 4791, 4.1
    return {};
  }

  Checked<void> kinds() {
    bool found = false;
    for (const auto& component : object_.calendar.components) {
      if (component.name == "VTIMEZONE" || component.name.starts_with("X-")) continue;
      const auto kind = kind_of(component.name);
      if (!kind)
        return refuse(supported_calendar_component, quoted(component.name) + " is not supported.");
      if (found && *kind != object_.kind && !limits_.allow_many)
        return refuse(valid_calendar_object_resource, "It has components of two kinds.");
      object_.kind = *kind;
      found = true;
    }
    if (!found)
      return refuse(valid_calendar_object_resource, "There is no event, task or note in it.");
    return {};
  }

  Checked<void> parts() {
    std::size_t masters = 0;
    std::size_t overrides = 0;
    std::size_t dates = 0;
    for (const auto& part : object_.calendar.components) {
      const auto kind = kind_of(part.name);
      if (!kind) continue;
      ++(part.find("RECURRENCE-ID") == nullptr ? masters : overrides);
      if (overrides > limits_.overrides)
        return refuse(max_instances,
                      "More than " + std::to_string(limits_.overrides) + " changed instances.");
      if (auto checked = PartCheck(part, *kind, limits_, dates).run(); !checked) return checked;
      if (auto checked = uid(part); !checked) return checked;
    }
    if (masters > 1 && !limits_.allow_many)
      return refuse(valid_calendar_object_resource,
                    "Two components of one UID have no RECURRENCE-ID.");
    return {};
  }

  Checked<void> uid(const Component& part) {
    const auto found = part.value("UID");
    if (limits_.allow_many) return {};
    if (found.empty()) return refuse(valid_calendar_object_resource, part.name + " has no UID.");
    if (found.size() > 1000)
      return refuse(valid_calendar_object_resource, "The UID is longer than 1,000 bytes.");
    if (!object_.uid.empty() && object_.uid != found)
      return refuse(valid_calendar_object_resource, "It has more than one UID.");
    object_.uid = found;
    return {};
  }

  const ObjectLimits& limits_;
  CalendarObject object_;
};

}  // namespace

Checked<CalendarObject> read_object(std::string_view bytes, const ObjectLimits& limits) {
  return ObjectReader(limits).read(bytes);
}

}  // namespace kontor::calendar
