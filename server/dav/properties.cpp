// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/properties.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "calendar/ical/object.hpp"
#include "server/dav/attachments.hpp"
#include "server/dav/components.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/delegates.hpp"
#include "server/dav/given.hpp"
#include "server/dav/names.hpp"
#include "server/dav/rights.hpp"
#include "server/dav/schedule.hpp"
#include "server/http/wire/response.hpp"

namespace kontor::dav {
namespace {

using xml::Element;
using Value = std::optional<Element>;
using store::FolderClass;

struct Ask {
  const Context& context;
  const Resource& resource;
  const xml::Name& name;

  Element made() const { return Element(name); }
  Element made(std::string_view text) const { return Element(name, text); }
  Element made(Path path) const {
    auto out = made();
    out.add(href_element(href_of(path)));
    return out;
  }
  std::shared_ptr<const directory::Principal> self() const {
    return context.copy->find(context.person.id);
  }
  bool is(Kind kind) const { return resource.kind == kind; }
  bool has_times() const {
    return resource.folder_class() == FolderClass::calendar ||
           resource.folder_class() == FolderClass::tasks;
  }
};

Value resource_type(const Ask& ask) {
  auto out = ask.made();
  if (!ask.resource.is_collection()) return out;
  out.add(Element(dav_name("collection")));
  if (ask.is(Kind::principal)) out.add(Element(dav_name("principal")));
  if (is_inbox(ask.resource) || is_outbox(ask.resource))
    out.add(Element(cal_name(is_inbox(ask.resource) ? "schedule-inbox" : "schedule-outbox")));
  else if (ask.is(Kind::collection) && ask.has_times())
    out.add(Element(cal_name("calendar")));
  if (ask.is(Kind::collection) && ask.resource.folder_class() == FolderClass::contacts)
    out.add(Element(card_name("addressbook")));
  return out;
}

// Whose it is, too: several people have a calendar of that name.
Value name_of_given(const Ask& ask) {
  const auto said = dead_property(ask.context, ask.resource, ask.name);
  const auto own = collection_of(ask.resource.path.space, ask.resource.folder->info().name);
  auto text = said ? said->content() : own ? own->back() : std::string();
  const auto& owner = ask.resource.principal;
  if (owner != nullptr) text += " (" + (owner->name.empty() ? owner->mail : owner->name) + ")";
  return ask.made(text);
}

Value display_name(const Ask& ask) {
  if (ask.is(Kind::collection) && ask.context.view && !is_own_account(ask.context))
    return name_of_given(ask);
  if (auto said = dead_property(ask.context, ask.resource, ask.name)) return said;
  if (ask.is(Kind::principal) || ask.is(Kind::home)) {
    const auto& person = *ask.resource.principal;
    return ask.made(person.name.empty() ? person.mail : person.name);
  }
  if (ask.is(Kind::collection) && ask.resource.book) return ask.made("Global address book");
  if (ask.is(Kind::collection)) return ask.made(ask.resource.path.segments.back());
  return std::nullopt;
}

Value etag(const Ask& ask) {
  if (!ask.is(Kind::object)) return std::nullopt;
  return ask.made(ask.resource.etag());
}

Value content_type(const Ask& ask) {
  if (!ask.is(Kind::object)) return std::nullopt;
  return ask.made(content_type_of(ask.resource));
}

Value content_length(const Ask& ask) {
  if (!ask.is(Kind::object)) return std::nullopt;
  return ask.made(std::to_string(ask.resource.item.size));
}

Value last_modified(const Ask& ask) {
  if (!ask.is(Kind::object) || ask.resource.book) return std::nullopt;
  return ask.made(http::wire::http_date(ask.resource.entry.internal_date));
}

Value creation_date(const Ask& ask) {
  if (!ask.is(Kind::object) || ask.resource.book) return std::nullopt;
  return ask.made(internet_date(ask.resource.entry.internal_date));
}

Value token(const Ask& ask) {
  if (!ask.is(Kind::collection)) return std::nullopt;
  if (ask.resource.book) return ask.made(ask.resource.book->token);
  return ask.made(sync_token(ask.resource.folder->info()));
}

Value current_user(const Ask& ask) {
  const auto self = ask.self();
  if (self) return ask.made(path_of_principal(*self));
  auto out = ask.made();
  out.add(Element(dav_name("unauthenticated")));
  return out;
}

Value owner(const Ask& ask) {
  if (!ask.resource.principal || ask.is(Kind::principal) || ask.resource.book) return std::nullopt;
  return ask.made(path_of_principal(*ask.resource.principal));
}

Value principal_url(const Ask& ask) {
  if (!ask.is(Kind::principal)) return std::nullopt;
  return ask.made(path_of_principal(*ask.resource.principal));
}

Value principal_collections(const Ask& ask) {
  Path path;
  path.space = Space::principals;
  path.has_slash = true;
  return ask.made(std::move(path));
}

Value of_groups(const Ask& ask, const std::vector<directory::PrincipalId>& ids) {
  auto out = ask.made();
  for (const auto& id : ids) {
    const auto one = ask.context.copy->find(id);
    if (one && one->kind != directory::Kind::contact && !one->mail_rules.is_hidden)
      out.add(href_element(href_of(path_of_principal(*one))));
  }
  return out;
}

Value group_members(const Ask& ask) {
  if (!ask.is(Kind::principal) || ask.resource.principal->kind != directory::Kind::group)
    return std::nullopt;
  return of_groups(ask, ask.resource.principal->members);
}

Value group_membership(const Ask& ask) {
  if (!ask.is(Kind::principal)) return std::nullopt;
  return of_groups(ask, ask.resource.principal->member_of);
}

// The homes are told of a person's own principal, and of those who give him something.
Value home_in(const Ask& ask, Space space) {
  if (!ask.is(Kind::principal)) return std::nullopt;
  const auto& id = ask.resource.principal->id;
  const store::Binding owner{id.source, id.guid};
  if (id != ask.context.person.id &&
      (!ask.context.kept->environment.store.find(owner) || !gives_something(ask.context, owner)))
    return std::nullopt;
  return ask.made(path_of_home(space, *ask.resource.principal));
}
Value calendar_home(const Ask& ask) { return home_in(ask, Space::calendars); }
Value addressbook_home(const Ask& ask) { return home_in(ask, Space::addressbooks); }

// Of caldav-proxy, as macOS and others look for delegates.
Value proxies(const Ask& ask) {
  if (!ask.is(Kind::principal) || ask.resource.principal->id != ask.context.person.id)
    return std::nullopt;
  auto out = ask.made();
  for (const auto& one : acts_for(ask.context, ask.name.local == "calendar-proxy-write-for"))
    out.add(href_element(href_of(path_of_principal(*one))));
  return out;
}

Value user_addresses(const Ask& ask) {
  if (!ask.is(Kind::principal)) return std::nullopt;
  auto out = ask.made();
  const auto& person = *ask.resource.principal;
  const auto add = [&](const std::string& address) { out.add(href_element("mailto:" + address)); };
  if (!person.mail.empty()) {
    add(person.mail);
    out.children.back().attributes.push_back({xml::Name{"", "preferred"}, "1"});
  }
  for (const auto& address : person.addresses)
    if (!iequals(address, person.mail)) add(address);
  out.add(href_element(href_of(path_of_principal(person))));
  return out;
}

Value user_type(const Ask& ask) {
  if (!ask.is(Kind::principal)) return std::nullopt;
  switch (ask.resource.principal->kind) {
    case directory::Kind::group:
      return ask.made("GROUP");
    case directory::Kind::room:
      return ask.made("ROOM");
    default:
      return ask.made("INDIVIDUAL");
  }
}

Value component_set(const Ask& ask) {
  if (!ask.is(Kind::collection) || !ask.has_times()) return std::nullopt;
  auto out = ask.made();
  for (const auto& name : components_of(ask.context, ask.resource)) {
    auto& one = out.add(Element(cal_name("comp")));
    one.attributes.push_back({xml::Name{"", "name"}, name});
  }
  return out;
}

Element data_type(const xml::Name& name, std::string_view type, std::string_view version) {
  Element out(name);
  out.attributes.push_back({xml::Name{"", "content-type"}, std::string(type)});
  out.attributes.push_back({xml::Name{"", "version"}, std::string(version)});
  return out;
}

Value calendar_data_types(const Ask& ask) {
  if (!ask.is(Kind::collection) || !ask.has_times()) return std::nullopt;
  auto out = ask.made();
  out.add(data_type(cal_name("calendar-data"), "text/calendar", "2.0"));
  return out;
}

Value address_data_types(const Ask& ask) {
  if (!ask.is(Kind::collection) || ask.resource.folder_class() != FolderClass::contacts)
    return std::nullopt;
  auto out = ask.made();
  out.add(data_type(card_name("address-data-type"), "text/vcard", "3.0"));
  out.add(data_type(card_name("address-data-type"), "text/vcard", "4.0"));
  return out;
}

Value max_size(const Ask& ask) {
  if (!ask.is(Kind::collection)) return std::nullopt;
  return ask.made(std::to_string(ask.context.settings().max_resource));
}

Value attachment_limit(const Ask& ask) {
  if (!ask.is(Kind::collection) || !ask.has_times()) return std::nullopt;
  const bool is_size = ask.name.local == "max-attachment-size";
  return ask.made(
      std::to_string(is_size ? ask.context.settings().max_resource : k_most_attachments));
}

Value time_limit(const Ask& ask) {
  if (!ask.is(Kind::collection) || !ask.has_times()) return std::nullopt;
  if (ask.name.local == "min-date-time") return ask.made("00010101T000000Z");
  if (ask.name.local == "max-date-time") return ask.made("99991231T000000Z");
  const calendar::ObjectLimits limits;
  if (ask.name.local == "max-instances") return ask.made(std::to_string(limits.dates));
  return ask.made(std::to_string(limits.attendees));
}

Value collations(const Ask& ask) {
  if (!ask.is(Kind::collection)) return std::nullopt;
  auto out = ask.made();
  for (const auto* name : {"i;ascii-casemap", "i;octet", "i;unicode-casemap"})
    out.add(Element(xml::Name{ask.name.space, "supported-collation"}, name));
  return out;
}

Value quota(const Ask& ask) {
  if (!ask.context.account || !ask.resource.is_collection()) return std::nullopt;
  const auto quota = ask.context.account->quota();
  const auto used = quota.usage.bytes;
  if (ask.name.local == "quota-used-bytes") return ask.made(std::to_string(used));
  if (quota.limits.bytes == 0) return std::nullopt;
  return ask.made(std::to_string(quota.limits.bytes - std::min(used, quota.limits.bytes)));
}

Value supported_lock(const Ask& ask) {
  if (!ask.context.account) return std::nullopt;
  auto out = ask.made();
  for (const auto* scope : {"exclusive", "shared"}) {
    auto& entry = out.add(Element(dav_name("lockentry")));
    entry.add(Element(dav_name("lockscope"))).add(Element(dav_name(scope)));
    entry.add(Element(dav_name("locktype"))).add(Element(dav_name("write")));
  }
  return out;
}

Value lock_discovery(const Ask& ask) {
  if (!ask.context.account) return std::nullopt;
  auto out = ask.made();
  for (const auto& lock :
       ask.context.kept->locks.holding(lock_path(ask.context, ask.resource.path)))
    out.add(active_lock(ask.context, lock));
  return out;
}

Value report_set(const Ask& ask) {
  auto out = ask.made();
  const auto add = [&](xml::Name name) {
    out.add(Element(dav_name("supported-report")))
        .add(Element(dav_name("report")))
        .add(Element(std::move(name)));
  };
  add(dav_name("expand-property"));
  add(dav_name("principal-property-search"));
  add(dav_name("principal-search-property-set"));
  add(dav_name("principal-match"));
  add(dav_name("acl-principal-prop-set"));
  if (!ask.is(Kind::collection)) return out;
  add(dav_name("sync-collection"));
  if (ask.has_times())
    for (const auto* name : {"calendar-query", "calendar-multiget", "free-busy-query"})
      add(cal_name(name));
  if (ask.resource.folder_class() == FolderClass::contacts)
    for (const auto* name : {"addressbook-query", "addressbook-multiget"}) add(card_name(name));
  return out;
}

Value privileges(const Ask& ask) { return privileges_of(ask.name, ask.context, ask.resource); }

Value schedule(const Ask& ask) { return schedule_property(ask.name, ask.context, ask.resource); }

struct Row {
  std::string_view space, local;
  Value (*value)(const Ask&);
  bool in_all = false;  // DAV:allprop (RFC 4918, 9.1: those of RFC 4918)
  bool is_protected = true;
};
constexpr std::array k_rows{
    Row{k_dav, "resourcetype", resource_type, true},
    Row{k_dav, "displayname", display_name, true, false},
    Row{k_dav, "getetag", etag, true},
    Row{k_dav, "getcontenttype", content_type, true},
    Row{k_dav, "getcontentlength", content_length, true},
    Row{k_dav, "getlastmodified", last_modified, true},
    Row{k_dav, "creationdate", creation_date, true},
    Row{k_dav, "supportedlock", supported_lock, true},
    Row{k_dav, "lockdiscovery", lock_discovery, true},
    Row{k_dav, "sync-token", token},
    Row{k_server, "getctag", token},
    Row{k_dav, "current-user-principal", current_user},
    Row{k_dav, "current-user-privilege-set", privileges},
    Row{k_dav, "supported-privilege-set", privileges},
    Row{k_dav, "acl", privileges},
    Row{k_dav, "acl-restrictions", privileges},
    Row{k_dav, "owner", owner},
    Row{k_dav, "principal-URL", principal_url},
    Row{k_dav, "principal-collection-set", principal_collections},
    Row{k_dav, "group-member-set", group_members},
    Row{k_dav, "group-membership", group_membership},
    Row{k_dav, "supported-report-set", report_set},
    Row{k_dav, "quota-available-bytes", quota},
    Row{k_dav, "quota-used-bytes", quota},
    Row{k_server, "calendar-proxy-read-for", proxies},
    Row{k_server, "calendar-proxy-write-for", proxies},
    Row{k_caldav, "calendar-home-set", calendar_home},
    Row{k_caldav, "calendar-user-address-set", user_addresses},
    Row{k_caldav, "calendar-user-type", user_type},
    Row{k_caldav, "supported-calendar-component-set", component_set},
    Row{k_caldav, "supported-calendar-data", calendar_data_types},
    Row{k_caldav, "supported-collation-set", collations},
    Row{k_caldav, "max-resource-size", max_size},
    Row{k_caldav, "max-attachment-size", attachment_limit},
    Row{k_caldav, "max-attachments-per-resource", attachment_limit},
    Row{k_caldav, "min-date-time", time_limit},
    Row{k_caldav, "max-date-time", time_limit},
    Row{k_caldav, "max-instances", time_limit},
    Row{k_caldav, "max-attendees-per-instance", time_limit},
    Row{k_caldav, "schedule-inbox-URL", schedule},
    Row{k_caldav, "schedule-outbox-URL", schedule},
    Row{k_caldav, "schedule-tag", schedule},
    Row{k_caldav, "schedule-default-calendar-URL", schedule, false, false},
    Row{k_caldav, "schedule-calendar-transp", schedule, false, false},
    Row{k_carddav, "addressbook-home-set", addressbook_home},
    Row{k_carddav, "supported-address-data", address_data_types},
    Row{k_carddav, "supported-collation-set", collations},
    Row{k_carddav, "max-resource-size", max_size},
};

const Row* row_of(const xml::Name& name) {
  const auto found = std::ranges::find_if(
      k_rows, [&](const Row& row) { return row.local == name.local && row.space == name.space; });
  return found == k_rows.end() ? nullptr : &*found;
}

xml::Name name_of(const Row& row) { return {std::string(row.space), std::string(row.local)}; }

void append_propstat(std::string& out, const std::vector<Element>& properties, int status) {
  if (properties.empty()) return;
  out += "<D:propstat><D:prop>";
  for (const auto& one : properties) xml::write(out, one);
  out += "</D:prop><D:status>" + status_line(status) + "</D:status></D:propstat>";
}

std::vector<Element> all_names(const Context& context, const Resource& resource, bool with_live) {
  std::vector<Element> out;
  for (const auto& row : k_rows)
    if (row.in_all || with_live) out.emplace_back(name_of(row));
  for (auto& name : dead_properties(context, resource))
    if (row_of(name) == nullptr) out.emplace_back(std::move(name));
  return out;
}

}  // namespace

std::optional<Element> property_of(const Context& context,
                                   const Resource& resource,
                                   const Question& question,
                                   const Element& asked) {
  if (const auto* row = row_of(asked.name)) return row->value(Ask{context, resource, asked.name});
  if (question.data)
    if (auto data = question.data(resource, asked)) return data;
  return dead_property(context, resource, asked.name);
}

bool is_protected(const xml::Name& name) {
  const auto* row = row_of(name);
  return row != nullptr && row->is_protected;
}

Question question_of(const Element* prop) {
  Question out;
  if (prop != nullptr)
    for (const auto* one : prop->elements()) out.asked.push_back(*one);
  return out;
}

Result<Question> parse_question(std::string_view body) {
  Question out;
  if (body.empty()) {
    out.what = Question::What::all;
    return out;
  }
  KONTOR_TRY(const auto root, xml::read(body));
  if (!root.is(dav_name("propfind"))) return fail(Errc::bad_input, "the body is no propfind");
  if (const auto* prop = root.child(dav_name("prop"))) return question_of(prop);
  if (root.child(dav_name("propname")) != nullptr) {
    out.what = Question::What::names;
    return out;
  }
  if (root.child(dav_name("allprop")) == nullptr)
    return fail(Errc::bad_input, "the propfind asks for nothing");
  out = question_of(root.child(dav_name("include")));
  out.what = Question::What::all;
  return out;
}

void append_response(std::string& out,
                     const Context& context,
                     const Resource& resource,
                     const Question& question) {
  const bool is_some = question.what == Question::What::some;
  const auto names_only = question.what == Question::What::names;
  auto asked = is_some ? std::vector<Element>() : all_names(context, resource, names_only);
  if (!is_some) asked.insert(asked.end(), question.asked.begin(), question.asked.end());
  std::vector<Element> found, missing;
  for (const auto& one : is_some ? question.asked : asked) {
    auto value = property_of(context, resource, question, one);
    if (value)
      found.push_back(names_only ? Element(one.name) : *std::move(value));
    else if (is_some)
      missing.emplace_back(one.name);
  }
  out += "<D:response>";
  xml::write(out, href_element(resource.href()));
  append_propstat(out, found, 200);
  if (!question.is_minimal || found.empty()) append_propstat(out, missing, 404);
  if (found.empty() && missing.empty()) out += "<D:status>" + status_line(200) + "</D:status>";
  out += "</D:response>\n";
}

void append_status(std::string& out, std::string_view href, int status, const Element* error) {
  out += "<D:response>";
  xml::write(out, href_element(href));
  out += "<D:status>" + status_line(status) + "</D:status>";
  if (error != nullptr) xml::write(out, *error);
  out += "</D:response>\n";
}

std::string status_line(int status) {
  return "HTTP/1.1 " + std::to_string(status) + ' ' +
         std::string(http::wire::reason_phrase(status));
}

// RFC 6578, 3.2: a URI. A folder made anew under the same name has another UIDVALIDITY.
std::string sync_token(const store::FolderInfo& folder) {
  return "urn:kontor:sync:" + std::to_string(folder.uid_validity) + '-' +
         std::to_string(folder.highest_modseq);
}

Element href_element(std::string_view href) { return {dav_name("href"), href}; }

}  // namespace kontor::dav
