// SPDX-License-Identifier: GPL-3.0-or-later
// What others see of private objects of any bytes: nothing but times, rules and state, of every
// component; an object that stands keeps its UID and its instances; the view of a view is itself.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "calendar/ical/object.hpp"
#include "calendar/ical/private_view.hpp"
#include "calendar/text/component.hpp"

namespace {

using namespace kontor::calendar;

constexpr std::array<std::string_view, 10> k_telling{
    "DESCRIPTION", "LOCATION", "ATTENDEE", "ORGANIZER", "COMMENT",
    "CATEGORIES",  "ATTACH",   "CONTACT",  "URL",       "RESOURCES"};

void require(bool holds) {
  if (!holds) std::abort();
}

void check_entry(const Component& entry) {
  require(entry.components.empty());
  for (const auto& property : entry.properties) {
    require(std::ranges::find(k_telling, property.name) == k_telling.end());
    if (property.name == "SUMMARY") require(property.value == "Busy / Занято");
    for (const auto& parameter : property.parameters)
      require(parameter.name == "TZID" || parameter.name == "VALUE" || parameter.name == "RANGE");
  }
}

bool is_private(const Component& component) {
  const auto* said = component.find("CLASS");
  return said != nullptr && !kontor::iequals(kontor::trim(said->value), "PUBLIC");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto view = private_view(bytes);
  const auto all = read_components(bytes);
  if (!view) {
    require(all.has_value());
    for (const auto& calendar : *all)
      require(std::ranges::none_of(calendar.components, is_private));
    return 0;
  }
  if (!all) {
    require(view->empty());
    return 0;
  }
  const auto shown = read_components(*view);
  require(shown.has_value());
  for (const auto& calendar : *shown)
    for (const auto& entry : calendar.components)
      if (entry.name != "VTIMEZONE") check_entry(entry);
  const auto again = private_view(*view);
  require(!again || *again == *view);
  const auto object = read_object(bytes);
  if (!object ||
      (object->kind != Kind::event && object->kind != Kind::todo && object->kind != Kind::journal))
    return 0;
  const auto seen = read_object(*view);
  require(seen && seen->uid == object->uid && seen->parts().size() == object->parts().size());
  return 0;
}
