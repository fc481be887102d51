// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/content.hpp"

#include <algorithm>

#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"
#include "calendar/vcard/card.hpp"
#include "server/dav/components.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/names.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::dav {
namespace {

using store::FolderClass;
using store::ObjectKeys;
using store::ObjectKind;

std::unexpected<http::wire::Response> refuse(std::string_view space, const calendar::Refusal& why) {
  const int status = why.precondition == calendar::Precondition::max_resource_size ? 413 : 403;
  return std::unexpected(refusal(
      status, xml::Name{std::string(space), std::string(name_of(why.precondition))}, why.sentence));
}

std::expected<ObjectKeys, http::wire::Response> check_calendar(const Context& context,
                                                               const Resource& collection,
                                                               std::string_view body) {
  calendar::ObjectLimits limits;
  limits.text.bytes = context.settings().max_resource;
  const auto object = calendar::read_object(body, limits);
  if (!object) return refuse(k_caldav, object.error());
  const auto taken = components_of(context, collection);
  const std::string component(calendar::component_name(object->kind));
  if (std::ranges::find(taken, component) == taken.end())
    return std::unexpected(refusal(403, cal_name("supported-calendar-component"),
                                   "this collection does not take " + component));
  auto floating = zone_of(context, collection);
  calendar::ObjectZones zones(object->calendar, context.kept->zones, floating);
  if (const auto checked = calendar::check_instances(*object, zones); !checked)
    return refuse(k_caldav, checked.error());
  return scheduling::keys_of(*object, context.kept->zones, std::move(floating));
}

}  // namespace

std::expected<ObjectKeys, http::wire::Response> check_content(const Context& context,
                                                              const Resource& collection,
                                                              std::string_view body) {
  const auto folder_class = collection.folder_class();
  if (folder_class == FolderClass::calendar || folder_class == FolderClass::tasks)
    return check_calendar(context, collection, body);
  ObjectKeys keys;
  if (folder_class != FolderClass::contacts) return keys;
  calendar::CardLimits limits;
  limits.text.bytes = context.settings().max_resource;
  const auto card = calendar::read_card(body, limits);
  if (!card) return refuse(k_carddav, card.error());
  keys.uid = card->uid;
  keys.kind = ObjectKind::card;
  return keys;
}

calendar::ZonePtr zone_of(const Context& context, const Resource& collection) {
  Resource of = collection;
  of.kind = Kind::collection;
  const auto said = dead_property(context, of, cal_name("calendar-timezone"));
  if (!said) return nullptr;
  const auto parts = calendar::read_components(said->content());
  if (!parts || parts->empty()) return nullptr;
  for (const auto& one : parts->front().components) {
    if (one.name != "VTIMEZONE") continue;
    if (auto known = context.kept->zones.find(one.value("TZID"))) return known;
    return context.kept->zones.of(one);
  }
  return nullptr;
}

}  // namespace kontor::dav
