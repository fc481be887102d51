// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/vcard/filter.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

// "item1.email" is of that group alone, "email" of every group (RFC 6352, 10.5.1).
bool has_name(const Property& property, std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return iequals(property.name, name);
  return iequals(property.group, name.substr(0, dot)) &&
         iequals(property.name, name.substr(dot + 1));
}

bool matches(const CardPropFilter& filter, const Property& property) {
  const bool all = filter.test == Test::all_of;
  const std::string text = unescape_text(property.value);
  for (const auto& one : filter.texts)
    if (calendar::matches(one, text) != all) return !all;
  for (const auto& one : filter.parameters)
    if (calendar::matches(one, property) != all) return !all;
  return all;
}

bool matches(const CardPropFilter& filter, const Component& card) {
  bool found = false;
  for (const auto& property : card.properties) {
    if (!has_name(property, filter.name)) continue;
    found = true;
    if (filter.is_not_defined) return false;
    if (filter.texts.empty() && filter.parameters.empty()) return true;
    if (matches(filter, property)) return true;
  }
  return filter.is_not_defined && !found;
}

}  // namespace

bool matches(const CardFilter& filter, const Card& card) {
  if (filter.properties.empty()) return true;
  const auto one = [&](const CardPropFilter& property) {
    return matches(property, card.component);
  };
  return filter.test == Test::all_of ? std::ranges::all_of(filter.properties, one)
                                     : std::ranges::any_of(filter.properties, one);
}

Component choose(const Component& card, const std::vector<CardPropChoice>& properties) {
  Component chosen{.name = card.name};
  for (const auto& property : card.properties) {
    const auto wanted = std::ranges::find_if(
        properties, [&](const CardPropChoice& one) { return has_name(property, one.name); });
    if (wanted == properties.end() && property.name != "VERSION") continue;
    chosen.properties.push_back(property);
    if (wanted != properties.end() && wanted->no_value) chosen.properties.back().value.clear();
  }
  return chosen;
}

}  // namespace kontor::calendar
