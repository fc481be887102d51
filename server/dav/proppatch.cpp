// SPDX-License-Identifier: GPL-3.0-or-later
// PROPPATCH (RFC 4918, 9.2), and the properties that MKCOL and MKCALENDAR give.
#include <algorithm>

#include "calendar/text/component.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/schedule.hpp"

namespace kontor::dav {
namespace {

using xml::Element;

constexpr std::size_t k_most_value = 262'144;  // bytes of one property's element
constexpr std::size_t k_most_name = 500;

struct Wanted {
  const Element* property = nullptr;
  bool is_removed = false;
  int status = 200;
};

bool has_zone(const Element& property) {
  const auto parts = calendar::read_components(property.content());
  return parts && parts->size() == 1 &&
         std::ranges::any_of(parts->front().components,
                             [](const auto& one) { return one.name == "VTIMEZONE"; });
}

int check(const Element& property, bool is_removed, bool is_new) {
  const auto& name = property.name;
  const bool is_of_new =
      name == dav_name("resourcetype") || name == cal_name("supported-calendar-component-set");
  if (is_protected(name) && !(is_new && is_of_new)) return 403;
  // RFC 4791, 5.2.2: an iCalendar object with one VTIMEZONE
  if (name == cal_name("calendar-timezone") && !is_removed && !has_zone(property)) return 403;
  if (name.space.size() + name.local.size() > k_most_name) return 507;
  if (xml::write_fragment(property).size() > k_most_value) return 507;
  return 200;
}

void append(std::string& out, const std::vector<Wanted>& all, int status) {
  if (std::ranges::none_of(all, [&](const Wanted& one) { return one.status == status; })) return;
  out += "<D:propstat><D:prop>";
  for (const auto& one : all)
    if (one.status == status) xml::write(out, Element(one.property->name));
  out += "</D:prop><D:status>" + status_line(status) + "</D:status>";
  if (status == 403) {
    const auto is_zone = [](const Wanted& one) {
      return one.status == 403 && one.property->name == cal_name("calendar-timezone");
    };
    out += std::ranges::any_of(all, is_zone)
               ? "<D:error><C:valid-calendar-data/></D:error>"
               : "<D:error><D:cannot-modify-protected-property/></D:error>";
  }
  out += "</D:propstat>";
}

}  // namespace

PropertyUpdate plan_update(const Resource& resource, const Element& update, bool is_new) {
  std::vector<Wanted> wanted;
  for (const auto* part : update.elements()) {
    const bool is_removed = part->is(dav_name("remove"));
    if (!is_removed && !part->is(dav_name("set"))) continue;
    const auto* prop = part->child(dav_name("prop"));
    if (prop == nullptr) continue;
    for (const auto* property : prop->elements())
      wanted.push_back({property, is_removed, check(*property, is_removed, is_new)});
  }
  const auto is_bad = [](const Wanted& one) { return one.status != 200; };
  PropertyUpdate out;
  out.is_refused = std::ranges::any_of(wanted, is_bad);
  if (out.is_refused)  // RFC 4918, 9.2: all of them or none
    for (auto& one : wanted)
      if (!is_bad(one)) one.status = 424;
  for (const int status : {200, 403, 424, 507}) append(out.propstats, wanted, status);
  if (out.is_refused) return out;
  for (const auto& one : wanted)
    if (one.property->name != dav_name("resourcetype"))
      out.changes.push_back(
          dead_change(resource, one.property->name, one.is_removed ? nullptr : one.property));
  return out;
}

Task<Answer> do_proppatch(Context& context) {
  KONTOR_CO_TRY(const auto root, xml::read(context.request.body));
  if (!root.is(dav_name("propertyupdate")))
    co_return fail(Errc::bad_input, "the body is no propertyupdate");
  const auto& resource = context.resource;
  if (resource.kind == Kind::nothing) co_return fail(Errc::not_found, "nothing is there");
  if (resource.kind != Kind::object && resource.kind != Kind::collection)
    co_return fail(Errc::no_permission, "its properties are the server's");
  auto chosen = default_calendar_change(context, root);
  if (chosen && !*chosen) co_return std::move(*chosen).error();
  auto update = plan_update(resource, root, false);
  if (chosen && !update.is_refused) update.changes.push_back(*std::move(*chosen));
  if (!update.is_refused && !update.changes.empty()) {
    const auto folder = resource.folder->info().id;
    KONTOR_CO_TRY(co_await context.account->set_annotations(folder, std::move(update.changes),
                                                            k_most_properties));
  }
  if (wants_minimal(context.request) && !update.is_refused) co_return bare(200);
  std::string response = "<D:response>";
  xml::write(response, href_element(resource.href()));
  response += update.propstats + "</D:response>\n";
  co_return multistatus(response);
}

}  // namespace kontor::dav
