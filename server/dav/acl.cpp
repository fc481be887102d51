// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/acl.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <map>

#include "server/dav/given.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/schedule.hpp"

namespace kontor::dav {
namespace {

using http::wire::Response;
using store::Binding;
using store::RightBits;
using xml::Element;

struct Row {
  std::string_view space, local;
  std::string_view letters;
};
// What each privilege gives; the wider ones first. Those that come with another one alone are not
// here (DAV:abstract in supported-privilege-set).
constexpr std::array k_rows{
    Row{k_dav, "all", store::k_right_letters},
    Row{k_dav, "read", "lrs"},
    Row{k_caldav, "read-free-busy", "l"},
    Row{k_dav, "write", "wite"},
    Row{k_dav, "write-content", "w"},
    Row{k_dav, "bind", "i"},
    Row{k_dav, "unbind", "te"},
    Row{k_dav, "write-acl", "a"},
};
// Of a scheduling outbox and inbox (RFC 6638, 6). Messages of whoever signs in are taken anyhow.
constexpr Row k_send{k_caldav, "schedule-send", "p"};
constexpr Row k_deliver{k_caldav, "schedule-deliver", ""};
constexpr std::array<std::string_view, 6> k_schedule_parts{
    "schedule-send-invite",    "schedule-send-reply",    "schedule-send-freebusy",
    "schedule-deliver-invite", "schedule-deliver-reply", "schedule-query-freebusy"};

// Those that can be given on a resource.
std::vector<const Row*> rows_of(const Resource& resource) {
  std::vector<const Row*> out;
  for (const auto& row : k_rows) out.push_back(&row);
  if (is_outbox(resource)) out.push_back(&k_send);
  if (is_inbox(resource)) out.push_back(&k_deliver);
  return out;
}
constexpr std::array<std::string_view, 4> k_abstract{"read-acl", "write-properties", "unlock",
                                                     "read-current-user-privilege-set"};

RightBits bits_of(const Row& row) { return *store::rights_of(row.letters); }

// The privileges that rights are told as: none that another one holds. Reading takes "r" alone.
std::vector<const Row*> privileges_of(const Resource& resource, RightBits rights) {
  std::vector<const Row*> out;
  RightBits told = 0;
  for (const auto* row : rows_of(resource)) {
    const auto wanted = row->local == "read" ? *store::rights_of("r") : bits_of(*row);
    if ((rights & wanted) != wanted || (told & bits_of(*row)) == bits_of(*row)) continue;
    out.push_back(row);
    told |= bits_of(*row);
  }
  return out;
}

Element principal_element(const Context& context, const Binding& who) {
  Element out(dav_name("principal"));
  if (who.source.empty()) {
    out.add(Element(dav_name("authenticated")));
    return out;
  }
  const directory::PrincipalId id{who.source, who.guid};
  Path path;
  if (const auto found = context.copy->find(id)) {
    path = path_of_principal(*found);
  } else {  // somebody who is gone
    path.space = Space::principals;
    path.segments = {"people", id.text()};
    path.has_slash = true;
  }
  out.add(href_element(href_of(path)));
  return out;
}

// The precondition that a request does not meet.
struct Wrong {
  std::string_view condition;
};

std::expected<Binding, Wrong> principal_of(const Context& context, const Element& ace) {
  const auto* said = ace.child(dav_name("principal"));
  if (ace.child(dav_name("invert")) != nullptr) return std::unexpected(Wrong{"no-invert"});
  if (said == nullptr) return std::unexpected(Wrong{"recognized-principal"});
  if (said->child(dav_name("authenticated")) != nullptr) return Binding();
  const auto* property = said->child(dav_name("property"));
  if (property != nullptr && property->child(dav_name("owner")) != nullptr)
    return context.view->binding();
  const auto* href = said->child(dav_name("href"));
  if (href == nullptr) return std::unexpected(Wrong{"allowed-principal"});
  const auto path = parse_href(href->content(), context.host());
  const auto found = path && path->space == Space::principals && path->segments.size() == 2
                         ? find_principal(context, path->owner())
                         : nullptr;
  if (!found || found->kind == directory::Kind::contact)
    return std::unexpected(Wrong{"recognized-principal"});
  return Binding{found->id.source, found->id.guid};
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& all,
               std::string_view space,
               const Element& privilege) {
  return privilege.name.space == space && std::ranges::find(all, privilege.name.local) != all.end();
}

std::expected<RightBits, Wrong> rights_of(const Context& context, const Element& ace) {
  const auto* grant = ace.child(dav_name("grant"));
  if (grant == nullptr || ace.child(dav_name("deny")) != nullptr)
    return std::unexpected(Wrong{"grant-only"});
  RightBits out = 0;
  for (const auto* one : grant->elements()) {
    if (!one->is(dav_name("privilege"))) continue;
    for (const auto* name : one->elements()) {
      const auto rows = rows_of(context.resource);
      const auto row = std::ranges::find_if(rows, [&](const Row* known) {
        return known->local == name->name.local && known->space == name->name.space;
      });
      if (row != rows.end()) {
        out |= bits_of(**row);
        continue;
      }
      const bool is_abstract =
          is_one_of(k_abstract, k_dav, *name) || is_one_of(k_schedule_parts, k_caldav, *name);
      return std::unexpected(Wrong{is_abstract ? "no-abstract" : "not-supported-privilege"});
    }
  }
  return out;
}

using Wanted = std::map<Binding, RightBits>;

std::expected<Wanted, Wrong> parse(const Context& context, const Element& body) {
  Wanted out;
  for (const auto* ace : body.elements()) {
    if (!ace->is(dav_name("ace"))) continue;
    if (ace->child(dav_name("inherited")) != nullptr)
      return std::unexpected(Wrong{"no-inherited-ace-conflict"});
    const auto who = principal_of(context, *ace);
    if (!who) return std::unexpected(who.error());
    const auto rights = rights_of(context, *ace);
    if (!rights) return std::unexpected(rights.error());
    if (*who == context.view->binding()) {  // who has everything always
      if (*rights != store::k_all_rights)
        return std::unexpected(Wrong{"no-protected-ace-conflict"});
      continue;
    }
    if (*rights != 0) out[*who] |= *rights;
  }
  return out;
}

// From the list as it is to the wanted one.
std::vector<store::AccessChange> changes_for(const Resource& resource,
                                             const store::AccessList& list,
                                             Wanted wanted) {
  std::vector<store::AccessChange> out;
  for (const auto& entry : list) {
    if (entry.negative) continue;
    const auto found = wanted.find(entry.principal);
    const auto rights = found == wanted.end() ? RightBits{0} : found->second;
    if (found != wanted.end()) wanted.erase(found);
    if (rights != 0 && privileges_of(resource, rights) == privileges_of(resource, entry.rights))
      continue;
    store::AccessChange change;
    change.principal = entry.principal;
    change.rights = rights;
    out.push_back(std::move(change));
  }
  for (auto& [who, rights] : wanted) {
    store::AccessChange change;
    change.principal = who;
    change.rights = rights;
    out.push_back(std::move(change));
  }
  return out;
}

}  // namespace

std::optional<Element> acl_of(const Context& context, const Resource& resource) {
  if (!context.view || resource.folder == nullptr || resource.kind == Kind::nothing ||
      !store::has_right(rights_at(context, resource), store::Right::administer))
    return std::nullopt;
  Element out(dav_name("acl"));
  if (resource.principal) {
    auto& ace = out.add(Element(dav_name("ace")));
    ace.add(principal_element(context, context.view->binding()));
    ace.add(Element(dav_name("grant")))
        .add(Element(dav_name("privilege")))
        .add(Element(dav_name("all")));
    ace.add(Element(dav_name("protected")));
  }
  if (is_inbox(resource)) {
    auto& ace = out.add(Element(dav_name("ace")));
    ace.add(principal_element(context, Binding()));
    ace.add(Element(dav_name("grant")))
        .add(Element(dav_name("privilege")))
        .add(Element(cal_name(k_deliver.local)));
    ace.add(Element(dav_name("protected")));
  }
  for (const auto& entry : context.view->access(resource.folder->info().id)) {
    auto& ace = out.add(Element(dav_name("ace")));
    ace.add(principal_element(context, entry.principal));
    auto& given = ace.add(Element(dav_name(entry.negative ? "deny" : "grant")));
    for (const auto* row : privileges_of(resource, entry.rights))
      given.add(Element(dav_name("privilege")))
          .add(Element(xml::Name{std::string(row->space), std::string(row->local)}));
    if (entry.negative) ace.add(Element(dav_name("protected")));
    if (resource.kind == Kind::object) {
      Path path = resource.path;
      path.segments.pop_back();
      path.has_slash = true;
      ace.add(Element(dav_name("inherited"))).add(href_element(href_of(path)));
    }
  }
  return out;
}

Task<Answer> do_acl(Context& context) {
  KONTOR_CO_TRY(const auto body, xml::read(context.request.body));
  if (!body.is(dav_name("acl"))) co_return fail(Errc::bad_input, "the body is no acl");
  const auto& resource = context.resource;
  if (resource.kind == Kind::nothing) co_return fail(Errc::not_found, "nothing is there");
  if (resource.kind != Kind::collection || resource.folder == nullptr)
    co_return http::wire::plain(403, "rights are those of a calendar or address book as a whole");
  auto wanted = parse(context, body);
  if (!wanted) co_return refusal(403, dav_name(wanted.error().condition));
  const auto folder = resource.folder->info().id;
  auto changes = changes_for(resource, context.view->access(folder), *std::move(wanted));
  // What is taken away comes first: a long list makes room.
  std::ranges::partition(changes, [](const auto& one) { return one.rights == 0; });
  for (auto& change : changes) {
    const auto done = co_await context.account->set_access(folder, std::move(change));
    if (!done && done.error().code() == Errc::limit)
      co_return refusal(403, dav_name("limited-number-of-aces"));
    if (!done) co_return fail(done.error());
  }
  co_return bare(200);
}

}  // namespace kontor::dav
