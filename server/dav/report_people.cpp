// SPDX-License-Identifier: GPL-3.0-or-later
// Reports about principals: DAV:expand-property (RFC 3253, 3.8), principal-property-search and
// principal-search-property-set (RFC 3744, 9.4 and 9.5).
#include <algorithm>

#include "base/core/text.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {
namespace {

using xml::Element;

constexpr int k_deepest = 4;
constexpr std::size_t k_most_expanded = 2'000;  // in one answer; further hrefs stay as they are
constexpr std::size_t k_most_found = 200;

xml::Name asked_name(const Element& property) {
  const auto space = property.attribute("namespace");
  return {std::string(space.empty() ? k_dav : space), std::string(property.attribute("name"))};
}

struct Expansion {
  const Context& context;
  std::size_t count = 0;
};

void expand(std::string& out,
            Expansion& expansion,
            const Resource& resource,
            const Element& asked,
            int depth);

// The property; where it has children, with a response for each of the hrefs in its value.
std::optional<Element> expanded(Expansion& expansion,
                                const Resource& resource,
                                const Element& asked,
                                int depth) {
  const auto& context = expansion.context;
  auto value = property_of(context, resource, Question(), Element(asked_name(asked)));
  if (!value || asked.elements().empty() || depth >= k_deepest) return value;
  Element out(value->name);
  for (const auto* one : value->elements()) {
    const auto path =
        one->is(dav_name("href")) ? parse_href(one->content(), context.host()) : std::nullopt;
    const auto found = path ? find_resource(context, *path) : std::nullopt;
    if (!found || found->kind == Kind::nothing || ++expansion.count > k_most_expanded) {
      out.add(*one);
      continue;
    }
    std::string text;
    expand(text, expansion, *found, asked, depth + 1);
    auto response = xml::read(
        "<r xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" "
        "xmlns:CR=\"urn:ietf:params:xml:ns:carddav\" "
        "xmlns:CS=\"http://calendarserver.org/ns/\" "
        "xmlns:AI=\"http://apple.com/ns/ical/\">" +
        text + "</r>");
    if (response && !response->elements().empty()) out.add(*response->elements().front());
  }
  return out;
}

void expand(std::string& out,
            Expansion& expansion,
            const Resource& resource,
            const Element& asked,
            int depth) {
  std::string good, missing;
  for (const auto* property : asked.elements()) {
    if (!property->is(dav_name("property"))) continue;
    if (const auto value = expanded(expansion, resource, *property, depth))
      xml::write(good, *value);
    else
      xml::write(missing, Element(asked_name(*property)));
  }
  out += "<D:response>";
  xml::write(out, href_element(resource.href()));
  for (const auto& [text, status] : {std::pair(&good, 200), std::pair(&missing, 404)})
    if (!text->empty())
      out += "<D:propstat><D:prop>" + *text + "</D:prop><D:status>" + status_line(status) +
             "</D:status></D:propstat>";
  out += "</D:response>\n";
}

// One DAV:property-search: text in one of some properties.
struct Wanted {
  std::vector<xml::Name> properties;
  std::string text;  // folded
  bool is_prefix = false;
  bool is_whole = false;
};

std::string searched(const directory::Principal& person, const xml::Name& name) {
  if (name == dav_name("displayname")) return person.name;
  if (name == cal_name("calendar-user-address-set") ||
      name == xml::Name{std::string(k_server), "email-address-set"})
    return join(person.addresses, "\n");
  if (name == cal_name("calendar-user-type")) {
    if (person.kind == directory::Kind::group) return "GROUP";
    return person.kind == directory::Kind::room ? "ROOM" : "INDIVIDUAL";
  }
  return {};
}

bool fits(const directory::Principal& person, const Wanted& wanted) {
  return std::ranges::any_of(wanted.properties, [&](const xml::Name& name) {
    for (const auto line : split(directory::fold_name(searched(person, name)), '\n')) {
      if (wanted.is_whole
              ? line == wanted.text
              : (wanted.is_prefix ? line.starts_with(wanted.text) : line.contains(wanted.text)))
        return !line.empty();
    }
    return false;
  });
}

std::vector<Wanted> parse_search(const Element& body) {
  std::vector<Wanted> out;
  for (const auto* search : body.elements()) {
    if (!search->is(dav_name("property-search"))) continue;
    Wanted one;
    const auto* match = search->child(dav_name("match"));
    const auto* prop = search->child(dav_name("prop"));
    if (match == nullptr || prop == nullptr) continue;
    auto text = std::string(trim(match->content()));
    if (istarts_with(text, "mailto:")) text.erase(0, 7);
    one.text = directory::fold_name(text);
    one.is_prefix = match->attribute("match-type") == "starts-with";
    one.is_whole = match->attribute("match-type") == "equals";
    for (const auto* name : prop->elements()) one.properties.push_back(name->name);
    if (!one.text.empty()) out.push_back(std::move(one));
  }
  return out;
}

std::string expand_all(const Context& context, const Element& body, Depth depth) {
  std::string responses;
  Expansion expansion{context};
  expand(responses, expansion, context.resource, body, 0);
  if (depth == Depth::one)
    for (const auto& child : children_of(context, context.resource))
      expand(responses, expansion, child, body, 0);
  return responses;
}

// A room's account is disabled in Active Directory by design.
bool is_shown(const directory::Principal& person) {
  const bool is_active = person.kind == directory::Kind::room ||
                         person.kind == directory::Kind::group ||
                         person.state == directory::State::enabled;
  return person.kind != directory::Kind::contact && !person.mail.empty() &&
         !person.mail_rules.is_hidden && is_active;
}

std::string search_people(const Context& context,
                          const std::vector<Wanted>& searches,
                          bool any,
                          const Question& question) {
  std::string responses;
  std::size_t count = 0;
  for (const auto& person : context.copy->all()) {
    if (!is_shown(*person)) continue;
    const auto is_hit = [&](const Wanted& one) { return fits(*person, one); };
    if (any ? std::ranges::none_of(searches, is_hit) : !std::ranges::all_of(searches, is_hit))
      continue;
    if (++count > k_most_found) {
      const Element error(dav_name("number-of-matches-within-limits"));
      append_status(responses, context.resource.href(), 507, &error);
      break;
    }
    if (const auto found = find_resource(context, path_of_principal(*person)))
      append_response(responses, context, *found, question);
  }
  return responses;
}

}  // namespace

Task<Answer> report_expand(ContextPtr context, BodyPtr body) {
  KONTOR_CO_TRY(const auto depth, depth_of(context->request, Depth::zero));
  const bool is_long = depth == Depth::one && count_children(context->resource) > k_few_objects;
  auto work = [context, body, depth] { return expand_all(*context, *body, depth); };
  const auto responses = co_await on_workers(context, is_long, std::move(work));
  co_return multistatus(responses);
}

Task<Answer> report_search(ContextPtr context, BodyPtr body) {
  auto searches = parse_search(*body);
  if (searches.empty()) co_return http::wire::plain(400, "what to look for?");
  const bool any = body->attribute("test") == "anyof";
  auto question = question_of(body->child(dav_name("prop")));
  question.is_minimal = wants_minimal(context->request);
  const bool is_long = context->copy->size() > k_few_objects;
  auto work = [context, searches = std::move(searches), any, question = std::move(question)] {
    return search_people(*context, searches, any, question);
  };
  const auto responses = co_await on_workers(context, is_long, std::move(work));
  co_return multistatus(responses);
}

Task<Answer> report_search_set(ContextPtr, BodyPtr) {
  Element out(dav_name("principal-search-property-set"));
  const auto add = [&](const xml::Name& name, std::string_view words) {
    auto& one = out.add(Element(dav_name("principal-search-property")));
    one.add(Element(dav_name("prop"))).add(Element(name));
    auto& text = one.add(Element(dav_name("description"), words));
    text.attributes.push_back({{"http://www.w3.org/XML/1998/namespace", "lang"}, "en"});
  };
  add(dav_name("displayname"), "Name");
  add(cal_name("calendar-user-address-set"), "Mail address");
  add(cal_name("calendar-user-type"), "Person, group or room");
  co_return http::wire::Response{200, xml_type(), xml::write_document(out), {}};
}

}  // namespace kontor::dav
