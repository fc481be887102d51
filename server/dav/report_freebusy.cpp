// SPDX-License-Identifier: GPL-3.0-or-later
// CALDAV:free-busy-query (RFC 4791, 7.10).
#include <algorithm>

#include "calendar/freebusy/freebusy.hpp"
#include "server/dav/content.hpp"
#include "server/dav/data.hpp"
#include "server/dav/given.hpp"
#include "server/dav/names.hpp"
#include "server/dav/ranges.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {

namespace {

constexpr std::uint64_t k_most_steps = 20'000'000;  // of one query, whatever rules the objects have

// Busy time as one object after another adds to it.
struct Adding {
  Adding(const calendar::TimeRange& range, calendar::ZonePtr zone, std::vector<std::string> who)
      : busy(range), floating(std::move(zone)), addresses(std::move(who)) {}

  void add(const Resource& one, const calendar::Zones& known) {
    const auto object = calendar::read_object(one.bytes ? *one.bytes : std::string());
    if (!object) return;
    calendar::ObjectZones zones(object->calendar, known, floating);
    calendar::Budget budget;
    budget.steps = std::min(budget.steps, all.steps);
    const auto before = budget.steps;
    busy.add(*object, zones, budget, addresses);
    all.take(before - budget.steps);
  }

  calendar::BusyTime busy;
  calendar::ZonePtr floating;
  std::vector<std::string> addresses;
  calendar::Budget all{k_most_steps};
};

}  // namespace

Task<Answer> report_freebusy(ContextPtr context, BodyPtr body) {
  const auto* range_said = body->child(cal_name("time-range"));
  const auto range = range_said == nullptr ? std::nullopt : time_range_of(*range_said);
  if (!range) co_return http::wire::plain(400, "a time range is wanted");
  const auto& resource = context->resource;
  if (resource.kind != Kind::collection || resource.folder_class() != store::FolderClass::calendar)
    co_return refusal(403, dav_name("supported-report"));
  if (!may_see_busy(*context, resource.folder->info()))
    co_return refusal(403, dav_name("need-privileges"));
  Walk plan;
  plan.with_bytes = true;
  plan.is_costly = true;
  plan.resources = co_await list_children(context);
  std::erase_if(plan.resources, [&](const Resource& one) {
    if (one.kind != Kind::object) return true;
    const auto& keys = one.object->keys;
    return keys.begin != keys.end && (keys.begin >= range->end || range->begin >= keys.end);
  });
  const auto& self = resource.principal;         // whose calendar it is
  const auto adding = std::make_shared<Adding>(  // with the walk
      *range, zone_of(*context, resource), self ? self->addresses : std::vector<std::string>());
  plan.look = [adding, context](const Resource& one) {
    adding->add(one, context->kept->zones);
    return true;
  };
  KONTOR_CO_TRY(co_await walk(context, std::move(plan)));
  calendar::FreeBusyMessage message;
  message.range = *range;
  message.periods = adding->busy.periods();
  message.now = context->kept->environment.clock.now();
  co_return http::wire::Response{
      200, "text/calendar; charset=utf-8", calendar::write_freebusy(message), {}};
}

}  // namespace kontor::dav
