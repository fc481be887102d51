// SPDX-License-Identifier: GPL-3.0-or-later
// MKCOL (RFC 4918, 9.3), extended (RFC 5689), and MKCALENDAR (RFC 4791, 5.3.1).
#include <algorithm>

#include "server/dav/components.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::dav {
namespace {

using store::FolderClass;
using xml::Element;

// What the body wants: a DAV:mkcol or CALDAV:mkcalendar; an element without name when there is
// none.
Result<Element> parse_body(const http::wire::Request& request) {
  if (request.body.empty()) return Element();
  auto root = xml::read(request.body);
  if (!root || (!root->is(dav_name("mkcol")) && !root->is(cal_name("mkcalendar"))))
    return fail(Errc::unsupported, "this body says nothing about a collection");
  return root;
}

const Element* find_property(const Element& body, const xml::Name& name) {
  for (const auto* set : body.elements())
    if (const auto* prop = set->child(dav_name("prop")))
      if (const auto* found = prop->child(name)) return found;
  return nullptr;
}

bool is_tasks_only(const Element& body) {
  const auto* set = find_property(body, cal_name("supported-calendar-component-set"));
  if (set == nullptr) return false;
  const auto all = set->elements();
  return !all.empty() && std::ranges::all_of(all, [](const Element* one) {
    return one->attribute("name") == "VTODO";
  });
}

// The class of a folder by the place and the resourcetype asked for. bad_input: they do not fit.
Result<FolderClass> class_of(const Context& context, const Element& body) {
  const auto space = context.resource.path.space;
  const auto* type = find_property(body, dav_name("resourcetype"));
  const bool is_calendar = context.request.method == "MKCALENDAR" ||
                           (type != nullptr && type->child(cal_name("calendar")) != nullptr);
  const bool is_book = type != nullptr && type->child(card_name("addressbook")) != nullptr;
  if (space == Space::calendars && !is_book)
    return is_tasks_only(body) ? FolderClass::tasks : FolderClass::calendar;
  if (space == Space::addressbooks && !is_calendar) return FolderClass::contacts;
  if (space == Space::notes && !is_calendar && !is_book) return FolderClass::notes;
  return fail(Errc::bad_input, "not a place for a collection of that kind");
}

std::size_t count_collections(const Context& context) {
  std::size_t count = 0;
  for (const auto& folder : context.view->folders())
    if (collection_of(context.resource.path.space, folder.name) &&
        folder.name != scheduling::k_inbox && folder.name != scheduling::k_outbox)
      ++count;
  return count;
}

// Why no collection can be made here; nothing: it can.
std::optional<http::wire::Response> refuse(const Context& context) {
  const auto& resource = context.resource;
  const auto below = resource.path.below();
  if (resource.kind != Kind::nothing || !context.account)
    return http::wire::plain(405, "something is there already");
  if (resource.path.space != Space::notes && below.size() > 1)
    return refusal(403, cal_name("calendar-collection-location-ok"));
  if (below.back().contains('/')) return http::wire::plain(403, "no collection has such a name");
  if (below.size() > 1 && resource.folder == nullptr)
    return http::wire::plain(409, "the collection above is not there");
  if (count_collections(context) >= context.settings().max_collections)
    return http::wire::plain(507, "there are too many collections");
  return std::nullopt;
}

}  // namespace

Task<Answer> do_mkcol(Context& context) {
  if (auto refused = refuse(context)) co_return *std::move(refused);
  auto body = parse_body(context.request);
  // RFC 4918, 9.3: a body that is not understood is refused
  if (!body) co_return http::wire::plain(415, "the body is not understood");
  const auto folder_class = class_of(context, *body);
  if (!folder_class) co_return refusal(403, dav_name("valid-resourcetype"));
  Resource made = context.resource;
  made.kind = Kind::collection;
  auto update = plan_update(context, made, *body, true);
  if (update.is_refused) {
    const bool is_calendar = body->is(cal_name("mkcalendar"));
    const auto root = is_calendar ? cal_name("mkcalendar-response") : dav_name("mkcol-response");
    co_return http::wire::Response{
        424,
        xml_type(),
        xml::open_document(root) + update.propstats + xml::close_document(root),
        {}};
  }
  const auto name = folder_name(context, made.path);
  if (!name) co_return http::wire::plain(403, "no collection has such a name");
  store::FolderOptions options;
  options.folder_class = *folder_class;
  KONTOR_CO_TRY(const auto folder, co_await context.account->create_folder(*name, options));
  if (!update.changes.empty()) {
    const auto kept = co_await context.account->set_annotations(folder, std::move(update.changes),
                                                                k_most_properties);
    if (!kept) {  // without what it should be, nothing is there
      static_cast<void>((co_await context.account->delete_folder(*name)).has_value());
      co_return fail(kept.error());
    }
  }
  co_return bare(201);
}

}  // namespace kontor::dav
