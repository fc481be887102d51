// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <map>
#include <set>

#include "base/core/crc32c.hpp"
#include "calendar/ical/object.hpp"

namespace kontor::calendar {
namespace {

void gather_zones(const Component& component, std::set<std::string>& names) {
  for (const auto& property : component.properties)
    if (const auto tzid = property.parameter("TZID"); !tzid.empty()) names.emplace(tzid);
  for (const auto& inner : component.components) gather_zones(inner, names);
}

// The same content has the same UID, so that a file may be imported twice.
std::string made_uid(const Component& component) {
  const std::string text = write_component(component);
  return fmt::format("kontor-{:08x}{:08x}{:x}", crc32c(text), crc32c(text, 1), text.size());
}

std::string object_of(const Component& whole, const std::vector<const Component*>& parts) {
  std::set<std::string> zones;
  for (const Component* part : parts) gather_zones(*part, zones);
  Component calendar{.name = "VCALENDAR"};
  calendar.set("VERSION", "2.0");
  const auto product = whole.value("PRODID");
  calendar.set("PRODID", product.empty() ? "-//Kontor//EN" : std::string(product));
  for (const auto& component : whole.components)
    if (component.name == "VTIMEZONE" && zones.contains(std::string(component.value("TZID"))))
      calendar.components.push_back(component);
  for (const Component* part : parts) calendar.components.push_back(*part);
  return write_component(calendar);
}

}  // namespace

Checked<std::vector<std::string>> split_objects(std::string_view bytes,
                                                const ObjectLimits& limits) {
  ObjectLimits wide = limits;
  wide.allow_many = wide.allow_method = true;
  auto read = read_object(bytes, wide);
  if (!read) return std::unexpected(std::move(read.error()));
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Component*>> groups;
  for (auto& component : read->calendar.components) {
    if (!kind_of(component.name)) continue;
    if (component.value("UID").empty()) component.set("UID", made_uid(component));
    // Objects of two kinds that share a UID are two objects.
    const std::string key = component.name + " " + std::string(component.value("UID"));
    auto& group = groups[key];
    if (group.empty()) order.push_back(key);
    group.push_back(&component);
  }
  std::vector<std::string> objects;
  for (const auto& key : order) objects.push_back(object_of(read->calendar, groups.at(key)));
  return objects;
}

}  // namespace kontor::calendar
