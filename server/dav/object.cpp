// SPDX-License-Identifier: GPL-3.0-or-later
// GET and HEAD; the conditions of requests for one resource (RFC 9110, 13.1).
#include <algorithm>

#include "base/core/text.hpp"
#include "server/dav/components.hpp"
#include "server/dav/data.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/schedule.hpp"

namespace kontor::dav {
namespace {

using enum store::ObjectCondition::Wanted;

// The tags of a list, with what stands between quotes alone; one that is not ours matches nothing.
Result<std::vector<Uuid>> parse_tags(std::string_view list) {
  std::vector<Uuid> out;
  while (!(list = trim(list)).empty()) {
    if (list.starts_with("W/")) list.remove_prefix(2);
    const auto end =
        list.size() > 1 && list.front() == '"' ? list.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return fail(Errc::bad_input, "no entity tag");
    if (const auto tag = Uuid::parse(list.substr(1, end - 1))) out.push_back(*tag);
    list = trim(list.substr(end + 1));
    if (list.empty()) break;
    if (list.front() != ',') return fail(Errc::bad_input, "no list of entity tags");
    list.remove_prefix(1);
  }
  return out;
}

bool is_named(const std::vector<Uuid>& tags, const Uuid& tag) {
  return std::ranges::find(tags, tag) != tags.end();
}

// RFC 9110, 13.1.2: the client has it already.
Result<bool> is_unchanged(const Context& context) {
  const auto none = trim(context.request.field("If-None-Match"));
  if (none.empty()) return false;
  if (none == "*") return true;
  KONTOR_TRY(const auto tags, parse_tags(none));
  return is_named(tags, context.resource.item.guid);
}

std::string_view words_for(const Resource& resource) {
  switch (resource.path.space) {
    case Space::calendars:
      return "Calendars are here: give this address to a program that speaks CalDAV.\n";
    case Space::addressbooks:
      return "Address books are here: give this address to a program that speaks CardDAV.\n";
    default:
      return "This is a place for programs that speak WebDAV.\n";
  }
}

}  // namespace

Result<store::ObjectCondition> condition_of(const http::wire::Request& request) {
  store::ObjectCondition out;
  const auto match = trim(request.field("If-Match"));
  const auto none = trim(request.field("If-None-Match"));
  if (match == "*") {
    out.wanted = present;
  } else if (!match.empty()) {
    out.wanted = one_of;
    KONTOR_TRY(out.guids, parse_tags(match));
  } else if (none == "*") {
    out.wanted = absent;
  } else if (!none.empty()) {
    out.wanted = one_of;
    out.negated = true;
    KONTOR_TRY(out.guids, parse_tags(none));
  }
  return out;
}

bool is_met(const store::ObjectCondition& condition, const Resource& resource) {
  if (condition.wanted == absent) return false;
  if (condition.wanted != one_of) return true;
  return is_named(condition.guids, resource.item.guid) != condition.negated;
}

Task<Answer> do_get(Context& context) {
  const auto& resource = context.resource;
  if (resource.kind == Kind::nothing) co_return fail(Errc::not_found, "nothing is there");
  if (resource.kind != Kind::object)
    co_return http::wire::Response{
        200, "text/plain; charset=utf-8", std::string(words_for(resource)), {}};
  KONTOR_CO_TRY(const auto condition, condition_of(context.request));
  if (condition.wanted == one_of && !condition.negated &&
      !is_named(condition.guids, resource.item.guid))
    co_return bare(412);
  KONTOR_CO_TRY(const bool unchanged, is_unchanged(context));
  http::wire::Response out;
  out.fields = {{"ETag", resource.etag()}, {"Cache-Control", "private, no-cache"}};
  // RFC 6638, 3.2.10 and 8.2
  if (const auto tag = schedule_property(cal_name("schedule-tag"), context, resource))
    out.fields.push_back({"Schedule-Tag", tag->content()});
  if (resource.card == nullptr)
    out.fields.push_back({"Last-Modified", http::wire::http_date(resource.entry.internal_date)});
  if (unchanged) {
    out.status = 304;
    co_return out;
  }
  out.type = content_type_of(resource);
  if (resource.card != nullptr) {
    out.body = resource.book->bytes_of(*resource.card);
    co_return out;
  }
  KONTOR_CO_TRY(out.body, co_await context.account->read_message(resource.entry.item));
  out.body = shown_bytes(context, resource, std::move(out.body));
  co_return out;
}

}  // namespace kontor::dav
