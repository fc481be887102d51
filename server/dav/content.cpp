// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/content.hpp"

#include <algorithm>

#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"
#include "calendar/vcard/card.hpp"
#include "server/dav/components.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/names.hpp"

namespace kontor::dav {
namespace {

using store::FolderClass;
using store::ObjectKeys;
using store::ObjectKind;

ObjectKind kind_of(calendar::Kind kind) {
  switch (kind) {
    case calendar::Kind::event:
      return ObjectKind::event;
    case calendar::Kind::todo:
      return ObjectKind::task;
    case calendar::Kind::journal:
      return ObjectKind::journal;
    case calendar::Kind::freebusy:
    case calendar::Kind::availability:
      return ObjectKind::busy;
  }
  return ObjectKind::other;
}

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
  ObjectKeys keys;
  keys.uid = object->uid;
  keys.kind = kind_of(object->kind);
  calendar::ObjectZones zones(object->calendar, context.kept->zones, zone_of(context, collection));
  if (const auto checked = calendar::check_instances(*object, zones); !checked)
    return refuse(k_caldav, checked.error());
  calendar::Budget budget;
  const auto span = calendar::span_of(*object, zones, budget);
  // A day on either side: floating times are read in any zone.
  keys.begin = std::max(span.range.begin - std::chrono::days(1), calendar::k_first_moment);
  keys.end = std::min(span.range.end + std::chrono::days(1), calendar::k_last_moment);
  return keys;
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
