// SPDX-License-Identifier: GPL-3.0-or-later
// CALDAV:free-busy-query (RFC 4791, 7.10).
#include <algorithm>

#include "calendar/freebusy/freebusy.hpp"
#include "server/dav/content.hpp"
#include "server/dav/data.hpp"
#include "server/dav/names.hpp"
#include "server/dav/ranges.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {

Task<Answer> report_freebusy(Context& context, const xml::Element& body) {
  const auto* range_said = body.child(cal_name("time-range"));
  const auto range = range_said == nullptr ? std::nullopt : time_range_of(*range_said);
  if (!range) co_return http::wire::plain(400, "a time range is wanted");
  const auto& resource = context.resource;
  if (resource.kind != Kind::collection || resource.folder_class() != store::FolderClass::calendar)
    co_return refusal(403, dav_name("supported-report"));
  auto objects = children_of(context, resource);
  std::erase_if(objects, [&](const Resource& one) {
    if (one.kind != Kind::object) return true;
    const auto& keys = one.object->keys;
    return keys.begin != keys.end && (keys.begin >= range->end || range->begin >= keys.end);
  });
  const auto floating = zone_of(context, resource);
  const auto self = context.copy->find(context.person.id);
  const auto addresses = self ? self->addresses : std::vector<std::string>();
  calendar::BusyTime busy(*range);
  calendar::Budget all{20'000'000};  // of one query, whatever rules the objects have
  for (std::size_t begin = 0; begin < objects.size();) {
    KONTOR_CO_TRY(const auto end, co_await read_batch(context, objects, begin));
    for (; begin < end; ++begin) {
      const auto& bytes = objects[begin].bytes;
      const auto object = calendar::read_object(bytes ? *bytes : std::string());
      objects[begin].bytes.reset();
      if (!object) continue;
      calendar::ObjectZones zones(object->calendar, context.kept->zones, floating);
      calendar::Budget budget;
      budget.steps = std::min(budget.steps, all.steps);
      const auto before = budget.steps;
      busy.add(*object, zones, budget, addresses);
      all.take(before - budget.steps);
    }
  }
  calendar::FreeBusyMessage message;
  message.range = *range;
  message.periods = busy.periods();
  message.now = context.kept->environment.clock.now();
  co_return http::wire::Response{
      200, "text/calendar; charset=utf-8", calendar::write_freebusy(message), {}};
}

}  // namespace kontor::dav
