// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/routes.hpp"

#include <algorithm>
#include <array>

#include "server/dav/acl.hpp"
#include "server/dav/attach.hpp"
#include "server/dav/attachments.hpp"
#include "server/dav/busy_address.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/published.hpp"
#include "server/dav/rights.hpp"
#include "server/dav/schedule.hpp"
#include "server/publish/links.hpp"

namespace kontor::dav {
namespace {

using http::Access;
using http::Call;
using http::wire::Response;

constexpr std::string_view k_features =
    "1, 2, 3, access-control, extended-mkcol, calendar-access, calendar-auto-schedule, "
    "calendar-no-timezone, calendar-availability, calendar-managed-attachments, addressbook, "
    "calendar-proxy";

struct Row {
  std::string_view name;
  Task<Answer> (*run)(Context&);
  bool changes = false;  // locks and the field If have a say
};
constexpr std::array<Row, 15> k_methods{{
    {"GET", do_get},
    {"PROPFIND", do_propfind},
    {"REPORT", do_report},
    {"PUT", do_put, true},
    {"POST", do_post},
    {"DELETE", do_delete, true},
    {"PROPPATCH", do_proppatch, true},
    {"MKCOL", do_mkcol, true},
    {"MKCALENDAR", do_mkcol, true},
    {"COPY", do_copy_move, true},
    {"MOVE", do_copy_move, true},
    {"LOCK", do_lock, true},
    {"UNLOCK", do_unlock},
    {"ACL", do_acl, true},
    {"HEAD", do_get},
}};

const Row* row_of(std::string_view method) {
  const auto found = std::ranges::find(k_methods, method, &Row::name);
  return found == k_methods.end() ? nullptr : &*found;
}

void add_features(Response& response) {
  response.fields.push_back({"DAV", std::string(k_features)});
}

Task<Answer> run(Context& context, const Row& row) {
  const bool is_copy = row.name == "COPY";
  if (row.changes && context.resource.book && !is_copy)
    co_return refusal(403, dav_name("need-privileges"), "the global address book is read-only");
  if (is_copy && context.resource.book)
    co_return http::wire::plain(403, "a card of the global address book is copied by the program");
  if (auto refused = check_access(context)) co_return *std::move(refused);
  if (row.changes) {
    KONTOR_CO_TRY(auto refused, co_await check_private(context));
    if (refused) co_return *std::move(refused);
  }
  if (row.changes)
    if (auto refused = check_locks(context)) co_return *std::move(refused);
  co_return co_await row.run(context);
}

Task<Result<Response>> handle(std::shared_ptr<Kept> kept, Call call) {
  auto context = co_await open_context(std::move(kept), call);
  if (!context) co_return fail(context.error());
  const auto* row = row_of(call.request.method);
  if (row == nullptr) co_return fail(Errc::unsupported, "no such method");
  auto answer = co_await run(*context, *row);
  if (answer) add_features(*answer);
  co_return answer;
}

Task<Result<Response>> options(std::string allow) {
  Response out{200, {}, {}, {}};
  out.fields.push_back({"Allow", std::move(allow)});
  add_features(out);
  co_return out;
}

// RFC 6764, 5: programs find the way from the name of the server alone.
Task<Result<Response>> well_known() {
  Response out{301, {}, {}, {}};
  out.fields.push_back({"Location", "/dav/"});
  co_return out;
}

}  // namespace

std::vector<http::Route> routes(const Environment& environment) {
  std::vector<http::Route> out;
  if (!environment.settings.dav.enabled) return out;
  auto kept = std::make_shared<Kept>(environment);  // shared by the routes and what runs on them
  http::Route dav;
  dav.path = "/dav";
  dav.has_below = true;
  dav.access = Access::person;
  dav.max_body = environment.settings.dav.max_resource;
  std::string allow = "OPTIONS";
  for (const auto& row : k_methods) {
    allow.append(", ").append(row.name);
    if (row.name != "HEAD") dav.methods.emplace_back(row.name);
  }
  dav.handler = [kept](Call call) { return handle(kept, call); };
  http::Route question = dav;
  question.methods = {"OPTIONS"};
  question.access = Access::anybody;
  question.handler = [allow](Call) { return options(allow); };
  out.push_back({"/freebusy/",
                 {"GET"},
                 Access::person,
                 [kept](Call call) { return answer_busy(kept, call); },
                 true,
                 true});
  out.push_back({std::string(k_attachments.substr(0, k_attachments.size() - 1)),
                 {"GET"},
                 Access::person,
                 [kept](Call call) { return answer_attachment(kept, std::move(call)); },
                 true});
  http::Route published;
  published.path = publish::k_published;
  published.methods = {"GET"};
  published.has_below = true;
  published.is_secret = true;
  published.handler = [kept](Call call) { return answer_published(kept, std::move(call)); };
  out.push_back(std::move(published));
  out.push_back(std::move(dav));
  out.push_back(std::move(question));
  for (const auto* name : {"/.well-known/caldav", "/.well-known/carddav"})
    out.push_back({name, {"GET", "PROPFIND"}, Access::anybody, [](Call) { return well_known(); }});
  return out;
}

}  // namespace kontor::dav
