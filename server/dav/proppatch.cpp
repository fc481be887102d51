// SPDX-License-Identifier: GPL-3.0-or-later
// PROPPATCH (RFC 4918, 9.2), and the properties that MKCOL and MKCALENDAR give.
#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/ical/object.hpp"
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
constexpr std::chrono::days k_past{3'650}, k_future{3'650};  // of a VTIMEZONE made from a name

xml::Name zone_id() { return cal_name("calendar-timezone-id"); }

// What becomes of a property; `condition` says why it cannot be set.
struct Verdict {
  int status = 200;
  xml::Name condition = {};
};

struct Wanted {
  const Element* property = nullptr;
  bool is_removed = false;
  Verdict verdict = {};
};

// The VTIMEZONE of a value (RFC 4791, 5.2.2: an iCalendar object with one); nothing: it has none.
std::optional<calendar::Component> zone_in(const Element& property) {
  const auto parts = calendar::read_components(property.content());
  if (!parts || parts->size() != 1) return std::nullopt;
  const auto& all = parts->front().components;
  const auto found = std::ranges::find(all, "VTIMEZONE", &calendar::Component::name);
  return found == all.end() ? std::nullopt : std::optional(*found);
}

// RFC 7953, 7.2.4: an iCalendar object with VAVAILABILITY components.
bool is_availability(const Element& property) {
  calendar::ObjectLimits limits;
  limits.allow_many = true;
  const auto object = calendar::read_object(property.content(), limits);
  if (!object) return false;
  const auto parts = object->parts();
  return std::ranges::all_of(parts, [](const auto* one) { return one->name == "VAVAILABILITY"; });
}

Verdict check(const Context& context, const Element& property, bool is_removed, bool is_new) {
  const auto& name = property.name;
  const bool is_of_new =
      name == dav_name("resourcetype") || name == cal_name("supported-calendar-component-set");
  if (is_protected(name) && !(is_new && is_of_new))
    return {403, dav_name("cannot-modify-protected-property")};
  if (name.space.size() + name.local.size() > k_most_name) return {507};
  if (xml::write_fragment(property).size() > k_most_value) return {507};
  if (is_removed) return {};
  if (name == cal_name("calendar-timezone") && !zone_in(property))
    return {403, cal_name("valid-calendar-data")};
  if (name == zone_id() && !context.kept->zones.find(trim(property.content())))
    return {403, cal_name("valid-timezone")};  // RFC 7809, 5.3.2
  if (name == cal_name("calendar-availability") && !is_availability(property))
    return {403, cal_name("valid-calendar-data")};
  return {};
}

// RFC 7809, 5.3.3: the name of a calendar's zone and its VTIMEZONE say the same; what the other
// becomes when one is set or removed.
store::AnnotationChange other_zone(const Context& context,
                                   const Resource& resource,
                                   const Wanted& one) {
  const auto zone = cal_name("calendar-timezone");
  const bool is_id = one.property->name == zone_id();
  if (one.is_removed) return dead_change(resource, is_id ? zone : zone_id(), nullptr);
  if (is_id) {
    calendar::Component whole{.name = "VCALENDAR"};
    whole.set("VERSION", "2.0");
    whole.set("PRODID", "-//Kontor//EN");
    const auto known = context.kept->zones.find(trim(one.property->content()));
    const auto now = context.kept->environment.clock.now();
    whole.components.push_back(write_vtimezone(*known, {now - k_past, now + k_future}));
    whole.components.back().set("TZID", std::string(trim(one.property->content())));
    const Element element(zone, calendar::write_component(whole));
    return dead_change(resource, zone, &element);
  }
  const auto said = zone_in(*one.property);
  const auto tzid = said ? said->value("TZID") : std::string_view();
  if (!context.kept->zones.find(tzid)) return dead_change(resource, zone_id(), nullptr);
  const Element element(zone_id(), tzid);
  return dead_change(resource, zone_id(), &element);
}

bool is_zone(const xml::Name& name) {
  return name == zone_id() || name == cal_name("calendar-timezone");
}

void append(std::string& out, const std::vector<Wanted>& all, int status) {
  if (std::ranges::none_of(all, [&](const auto& one) { return one.verdict.status == status; }))
    return;
  out += "<D:propstat><D:prop>";
  for (const auto& one : all)
    if (one.verdict.status == status) xml::write(out, Element(one.property->name));
  out += "</D:prop><D:status>" + status_line(status) + "</D:status>";
  if (status == 403) {
    out += "<D:error>";
    std::vector<xml::Name> told;
    for (const auto& one : all) {
      if (one.verdict.status != 403 || std::ranges::find(told, one.verdict.condition) != told.end())
        continue;
      told.push_back(one.verdict.condition);
      xml::write(out, Element(one.verdict.condition));
    }
    out += "</D:error>";
  }
  out += "</D:propstat>";
}

}  // namespace

PropertyUpdate plan_update(const Context& context,
                           const Resource& resource,
                           const Element& update,
                           bool is_new) {
  std::vector<Wanted> wanted;
  for (const auto* part : update.elements()) {
    const bool is_removed = part->is(dav_name("remove"));
    if (!is_removed && !part->is(dav_name("set"))) continue;
    const auto* prop = part->child(dav_name("prop"));
    if (prop == nullptr) continue;
    for (const auto* property : prop->elements())
      wanted.push_back({property, is_removed, check(context, *property, is_removed, is_new)});
  }
  const auto is_bad = [](const Wanted& one) { return one.verdict.status != 200; };
  PropertyUpdate out;
  out.is_refused = std::ranges::any_of(wanted, is_bad);
  if (out.is_refused)  // RFC 4918, 9.2: all of them or none
    for (auto& one : wanted)
      if (!is_bad(one)) one.verdict = {424};
  for (const int status : {200, 403, 424, 507}) append(out.propstats, wanted, status);
  if (out.is_refused) return out;
  for (const auto& one : wanted) {
    if (one.property->name == dav_name("resourcetype")) continue;
    if (is_zone(one.property->name) && resource.kind == Kind::collection)
      out.changes.push_back(other_zone(context, resource, one));
    out.changes.push_back(
        dead_change(resource, one.property->name, one.is_removed ? nullptr : one.property));
  }
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
  auto update = plan_update(context, resource, root, false);
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
