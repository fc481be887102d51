// SPDX-License-Identifier: GPL-3.0-or-later
// What each method needs in an account of somebody else (RFC 3744, appendix B), asked anew with
// every request.
#include <algorithm>

#include "calendar/ical/private_view.hpp"
#include "server/dav/answers.hpp"
#include "server/dav/given.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/rights.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::dav {
namespace {

using http::wire::Response;
using xml::Element;

// Something that has to be allowed: letters on a resource, the privilege that programs know it by.
struct Need {
  const Resource* resource;
  std::string_view letters;
  std::string_view privilege;
  bool of_all_below = false;
  std::string_view space = k_dav;  // of the privilege
};

bool holds(store::RightBits rights, std::string_view letters) {
  const auto wanted = *store::rights_of(letters);
  return (rights & wanted) == wanted;
}

bool holds(const Context& context, const Need& need) {
  if (!holds(rights_at(context, *need.resource), need.letters)) return false;
  if (!need.of_all_below || need.resource->kind != Kind::collection) return true;
  const auto& name = need.resource->folder->info().name;
  return std::ranges::all_of(context.view->folders(), [&](const store::FolderInfo& folder) {
    return !store::is_below(folder.name, name) || holds(rights_in(context, folder), need.letters);
  });
}

// RFC 3744, 7.1.1
Response refuse(const Context& context, const Need& need) {
  // Of what one may not see nothing is said.
  if (need.resource->folder != nullptr &&
      (rights_at(context, *need.resource) & *store::rights_of("lr")) == 0)
    return http::wire::plain(404, "nothing is there");
  const xml::Name privilege{std::string(need.space), std::string(need.privilege)};
  return refusal(403, need_privileges(need.resource->href(), privilege));
}

// Of a place where something comes to.
void add_target(std::vector<Need>& out, const Resource& to, bool is_object) {
  if (to.kind == Kind::object)
    out.push_back({&to, "w", "write-content"});
  else if (to.kind == Kind::collection)
    out.push_back({&to, "x", "unbind", true});
  if (to.kind != Kind::object) out.push_back({&to, is_object ? "i" : "k", "bind"});
}

std::vector<Need> needs_of(const Context& context, const Resource& to) {
  const auto& method = context.request.method;
  const auto& resource = context.resource;
  const bool is_object = resource.kind == Kind::object;
  std::vector<Need> out;
  if (method == "PUT") {
    add_target(out, resource, true);
  } else if (method == "MKCOL" || method == "MKCALENDAR") {
    add_target(out, resource, false);
  } else if (method == "DELETE") {
    out.push_back({&resource, is_object ? "te" : "x", "unbind", true});
  } else if (method == "PROPPATCH") {
    out.push_back({&resource, "w", "write-properties"});
  } else if (method == "POST" && is_object) {  // an attachment
    out.push_back({&resource, "w", "write-content"});
  } else if (method == "POST") {  // who is busy, asked in the owner's name
    out.push_back({&resource, "p", "schedule-send-freebusy", false, k_caldav});
  } else if (method == "LOCK") {
    out.push_back({&resource, resource.kind == Kind::nothing ? "i" : "w", "write-content"});
  } else if (method == "ACL") {
    out.push_back({&resource, "a", "write-acl"});
  } else if (method == "COPY" || method == "MOVE") {
    out.push_back({&resource, "r", "read", true});
    if (method == "MOVE") out.push_back({&resource, is_object ? "te" : "x", "unbind", true});
    if (to.kind != Kind::root) add_target(out, to, is_object);
  }
  return out;
}

}  // namespace

Element need_privileges(std::string_view href, const xml::Name& privilege) {
  Element condition(dav_name("need-privileges"));
  auto& one = condition.add(Element(dav_name("resource")));
  one.add(href_element(href));
  one.add(Element(dav_name("privilege"))).add(Element(privilege));
  return condition;
}

std::optional<Response> check_reading(const Context& context) {
  const auto& resource = context.resource;
  if (!context.view || is_own_account(context)) return std::nullopt;
  if (resource.folder == nullptr)
    return gives_something(context, context.view->binding())
               ? std::nullopt
               : std::optional(http::wire::plain(404, "nothing is there"));
  const Need need{&resource, "r", "read"};
  return holds(context, need) ? std::nullopt : std::optional(refuse(context, need));
}

std::optional<Response> check_access(const Context& context) {
  const auto& method = context.request.method;
  if (!context.view || is_own_account(context) || method == "REPORT" || method == "UNLOCK")
    return std::nullopt;
  if (method == "GET" || method == "HEAD" || method == "PROPFIND") return check_reading(context);
  if (context.resource.kind == Kind::home)
    return http::wire::plain(403, "this home is somebody else's");
  Resource to;
  to.kind = Kind::root;  // there is none
  if (method == "COPY" || method == "MOVE")
    if (const auto path = parse_href(context.request.field("Destination"), context.host()))
      if (auto found = find_resource(context, *path)) to = *std::move(found);
  for (const auto& need : needs_of(context, to))
    if (!holds(context, need)) return refuse(context, need);
  return std::nullopt;
}

Task<Result<std::optional<Response>>> check_private(const Context& context) {
  std::optional<Response> refused;
  const auto& resource = context.resource;
  if (!context.view || resource.kind != Kind::object || sees_private(context, resource))
    co_return refused;
  KONTOR_CO_TRY(const auto bytes, co_await context.account->read_message(resource.entry.item));
  if (calendar::private_view(bytes)) {
    const Need need{&resource, "p", "write-content"};
    refused = refuse(context, need);
  }
  co_return refused;
}

}  // namespace kontor::dav
