// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/query/data.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/recur/moments.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

bool is_recurrence_property(std::string_view name) {
  return name == "RRULE" || name == "RDATE" || name == "EXDATE" || name == "EXRULE";
}

// The component of one instance, on its own: no rules, no zones (RFC 4791, 9.6.5).
class InstanceWriter {
 public:
  InstanceWriter(ObjectZones& zones, bool recurring) : zones_(zones), recurring_(recurring) {}

  Component write(const Instance& instance) {
    Component component = *instance.component;
    std::erase_if(component.properties,
                  [](const Property& one) { return is_recurrence_property(one.name); });
    for (auto& property : component.properties) to_utc(property);
    replace(component, instance.has_start ? "DTSTART" : "DUE", instance.local_start);
    const auto end = component.name == "VTODO" ? "DUE" : "DTEND";
    if (instance.has_start && component.find(end) != nullptr) set_end(component, end, instance);
    if (recurring_) {
      component.erase("RECURRENCE-ID");
      component.properties.push_back(
          date_time_property("RECURRENCE-ID", in_utc(instance.recurrence_id)));
    }
    return component;
  }

 private:
  DateTime in_utc(const DateTime& time) {
    if (time.form != TimeForm::zoned) return time;
    return {.form = TimeForm::utc,
            .local = LocalSeconds(zones_.utc(time).time_since_epoch()),
            .tzid = {}};
  }
  void to_utc(Property& property) {
    if (property.parameter("TZID").empty()) return;
    const auto time = read_date_time(property);
    if (!time) return;
    property.value = write_date_time(in_utc(*time));
    property.set("TZID", "");
  }
  void replace(Component& component, std::string_view name, const DateTime& time) {
    if (Property* found = component.find(name)) found->value = write_date_time(in_utc(time));
  }
  // Keeps the form of the end that is written: a date, floating, UTC.
  void set_end(Component& component, std::string_view name, const Instance& instance) {
    Property* found = component.find(name);
    const auto written = read_date_time(*found);
    if (!written) return;
    if (written->form == TimeForm::utc) {
      found->value = write_utc(instance.end);
    } else {
      const LocalSeconds end = zones_.zone_of(*written)->to_local(instance.end);
      found->value = written->is_date() ? write_date(end) : write_local(end);
    }
  }

  ObjectZones& zones_;
  bool recurring_;
};

class DataMaker {
 public:
  DataMaker(const CalendarObject& object, const DataRequest& request, ObjectZones& zones)
      : object_(object), request_(request), zones_(zones) {}

  Checked<std::string> make(std::size_t most) {
    Component calendar = object_.calendar;
    if (request_.expand) {
      if (!expand(calendar, most))
        return refuse(Precondition::max_instances,
                      "The expansion has more than " + std::to_string(most) + " instances.");
    } else if (request_.limit_recurrence_set) {
      limit(calendar, *request_.limit_recurrence_set);
    }
    if (request_.limit_freebusy_set) limit_free_busy(calendar, *request_.limit_freebusy_set);
    if (request_.without_zones)
      std::erase_if(calendar.components, [&](const Component& one) {
        return one.name == "VTIMEZONE" && zones_.is_standard(one.value("TZID"));
      });
    if (request_.choice) calendar = choose(calendar, *request_.choice);
    return write_component(calendar);
  }

 private:
  bool expand(Component& calendar, std::size_t most) {
    Budget budget;
    const auto instances = instances_in(object_, *request_.expand, zones_, budget);
    if (!instances.complete || instances.list.size() > most) return false;
    calendar.components.clear();
    InstanceWriter writer(zones_, object_.is_recurring());
    for (const auto& one : instances.list) calendar.components.push_back(writer.write(one));
    return true;
  }

  // Overrides that touch the range, by where they are or where they were (RFC 4791, 9.6.6).
  void limit(Component& calendar, const TimeRange& range) {
    const Component* master = object_.master();
    const auto moments = master == nullptr ? std::nullopt : moments_of(*master, zones_);
    const auto touches = [&](const DateTime& start, const Length& length) {
      return zones_.utc(start) < range.end && end_of(start, length, zones_) >= range.begin;
    };
    std::erase_if(calendar.components, [&](const Component& one) {
      const Property* id = one.find("RECURRENCE-ID");
      if (id == nullptr) return false;
      const auto original = read_date_time(*id);
      const auto now = moments_of(one, zones_);
      if (!original || !now) return false;
      if (iequals(id->parameter("RANGE"), "THISANDFUTURE") && zones_.utc(*original) < range.end)
        return false;
      return !touches(now->anchor, now->length) &&
             !touches(*original, moments ? moments->length : now->length);
    });
  }

  void limit_free_busy(Component& calendar, const TimeRange& range) {
    for (auto& component : calendar.components) {
      if (component.name != "VFREEBUSY") continue;
      for (auto& property : component.properties) {
        if (property.name != "FREEBUSY") continue;
        std::vector<std::string> kept;
        for (const auto value : split(property.value, ','))
          if (touches(value, range)) kept.emplace_back(value);
        property.value = join(kept, ",");
      }
      std::erase_if(component.properties, [](const Property& one) {
        return one.name == "FREEBUSY" && one.value.empty();
      });
    }
  }
  bool touches(std::string_view period, const TimeRange& range) {
    const auto slash = period.find('/');
    const auto start = read_date_time(period.substr(0, slash));
    if (!start || slash == std::string_view::npos) return true;
    const UtcSeconds begin = zones_.utc(*start);
    const auto duration = read_duration(period.substr(slash + 1));
    const auto last = read_date_time(period.substr(slash + 1));
    const UtcSeconds end = duration ? begin + duration->days + duration->seconds
                           : last   ? zones_.utc(*last)
                                    : begin;
    return begin < range.end && end > range.begin;
  }

  static Component choose(const Component& component, const CompChoice& choice) {
    Component chosen{.name = component.name};
    for (const auto& property : component.properties) {
      const auto wanted = std::ranges::find_if(choice.properties, [&](const PropChoice& one) {
        return iequals(one.name, property.name);
      });
      if (wanted == choice.properties.end() && !choice.all_properties) continue;
      chosen.properties.push_back(property);
      if (wanted != choice.properties.end() && wanted->no_value)
        chosen.properties.back().value.clear();
    }
    for (const auto& inner : component.components) {
      const auto wanted = std::ranges::find_if(
          choice.components, [&](const CompChoice& one) { return iequals(one.name, inner.name); });
      if (wanted != choice.components.end())
        chosen.components.push_back(choose(inner, *wanted));
      else if (choice.all_components)
        chosen.components.push_back(inner);
    }
    return chosen;
  }

  const CalendarObject& object_;
  const DataRequest& request_;
  ObjectZones& zones_;
};

}  // namespace

Checked<std::string> data_of(const CalendarObject& object,
                             const DataRequest& request,
                             ObjectZones& zones,
                             std::size_t most) {
  return DataMaker(object, request, zones).make(most);
}

}  // namespace kontor::calendar
