// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/rights.hpp"

#include <array>
#include <ranges>

#include "server/dav/acl.hpp"
#include "server/dav/given.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/schedule.hpp"

namespace kontor::dav {
namespace {

using xml::Element;

using store::Right;

struct Row {
  xml::Name name;
  std::string_view letters;  // all of them give it
};
// What each privilege takes (server/dav/given.hpp). Those of DAV:write come after it.
const std::array<Row, 8>& writing() {
  static const std::array<Row, 8> rows{{{dav_name("write"), "wite"},
                                        {dav_name("write-properties"), "w"},
                                        {dav_name("write-content"), "w"},
                                        {dav_name("bind"), "i"},
                                        {dav_name("unbind"), "te"},
                                        {dav_name("unlock"), "w"},
                                        {dav_name("read-acl"), "a"},
                                        {dav_name("write-acl"), "a"}}};
  return rows;
}

// Of scheduling (RFC 6638, 6): what comes with the first. Messages of whoever signs in are taken.
using Parts = std::array<std::string_view, 4>;
constexpr Parts k_deliver{"schedule-deliver", "schedule-deliver-invite", "schedule-deliver-reply",
                          "schedule-query-freebusy"};
constexpr Parts k_send{"schedule-send", "schedule-send-invite", "schedule-send-reply",
                       "schedule-send-freebusy"};

Element privilege(const xml::Name& name) {
  Element out(dav_name("privilege"));
  out.add(Element(name));
  return out;
}

void add_all(Element& to, const Parts& parts) {
  for (const auto name : parts) to.add(privilege(cal_name(name)));
}

// What the person holds: what the list gives him, everything in his own account; reading elsewhere.
void add_held(Element& to, const Context& context, const Resource& resource) {
  const bool is_stored = context.account && !resource.book;
  const auto rights =
      is_stored ? rights_at(context, resource) : static_cast<store::RightBits>(Right::read);
  const bool is_place = resource.kind == Kind::home;  // it shows what is given in it
  if (store::has_right(rights, Right::read) || is_place) {
    to.add(privilege(dav_name("read")));
    to.add(privilege(dav_name("read-current-user-privilege-set")));
  }
  if (is_stored && resource.folder != nullptr && may_see_busy(context, resource.folder->info()))
    to.add(privilege(cal_name("read-free-busy")));
  if (!is_stored) return;
  if (is_inbox(resource)) add_all(to, k_deliver);
  if (is_outbox(resource) && store::has_right(rights, Right::post)) add_all(to, k_send);
  if (rights == store::k_all_rights) to.add(privilege(dav_name("all")));
  for (const auto& row : writing()) {
    const auto wanted = *store::rights_of(row.letters);
    if ((rights & wanted) == wanted) to.add(privilege(row.name));
  }
}

Element supported(const xml::Name& name, std::string_view description, bool is_abstract = false) {
  Element out(dav_name("supported-privilege"));
  out.add(privilege(name));
  if (is_abstract) out.add(Element(dav_name("abstract")));
  Element text(dav_name("description"), description);
  text.attributes.push_back({{"http://www.w3.org/XML/1998/namespace", "lang"}, "en"});
  out.add(std::move(text));
  return out;
}

Element supported(const Parts& parts, std::string_view description) {
  auto out = supported(cal_name(parts.front()), description);
  for (const auto name : parts | std::views::drop(1))
    out.add(supported(cal_name(name), "a part of it", true));
  return out;
}

}  // namespace

std::optional<Element> privileges_of(const xml::Name& name,
                                     const Context& context,
                                     const Resource& resource) {
  Element out(name);
  if (name.local == "current-user-privilege-set") {
    add_held(out, context, resource);
  } else if (name.local == "supported-privilege-set") {
    auto all = supported(dav_name("all"), "everything, what is private too");
    auto read = supported(dav_name("read"), "read");
    read.add(supported(dav_name("read-current-user-privilege-set"), "ask what one may do", true));
    read.add(supported(cal_name("read-free-busy"), "learn when the owner is busy"));
    all.add(std::move(read));
    auto write = supported(dav_name("write"), "change, add and remove");
    auto content = supported(dav_name("write-content"), "change what is there");
    content.add(supported(dav_name("write-properties"), "change names and colours", true));
    content.add(supported(dav_name("unlock"), "lock and unlock", true));
    write.add(std::move(content));
    write.add(supported(dav_name("bind"), "add"));
    write.add(supported(dav_name("unbind"), "remove"));
    all.add(std::move(write));
    auto rights = supported(dav_name("write-acl"), "say who may do what");
    rights.add(supported(dav_name("read-acl"), "see who may do what", true));
    all.add(std::move(rights));
    if (is_inbox(resource)) all.add(supported(k_deliver, "send messages to the owner"));
    if (is_outbox(resource)) all.add(supported(k_send, "invite, answer and ask as the owner"));
    out.add(std::move(all));
  } else if (name.local == "acl-restrictions") {
    out.add(Element(dav_name("grant-only")));
    out.add(Element(dav_name("no-invert")));
  } else {
    return acl_of(context, resource);
  }
  return out;
}

std::string lock_path(const Context& context, const Path& path) {
  Path canonical = path;
  if (!canonical.segments.empty() && context.view) {
    const auto owner = context.view->binding();
    canonical.segments.front() = directory::PrincipalId{owner.source, owner.guid}.text();
    if (canonical.segments.size() > 1 && parse_given(canonical.segments[1])) {
      Path base = path;  // what was given has its name in its owner's home
      base.segments.resize(2);
      const auto name = folder_name(context, base);
      const auto own = name ? collection_of(path.space, *name) : std::nullopt;
      if (own) {
        canonical.segments.erase(canonical.segments.begin() + 1);
        canonical.segments.insert(canonical.segments.begin() + 1, own->begin(), own->end());
      }
    }
  }
  canonical.has_slash = true;
  return href_of(canonical);
}

Element active_lock(const Context& context, const Lock& lock) {
  Element out(dav_name("activelock"));
  out.add(Element(dav_name("locktype"))).add(Element(dav_name("write")));
  out.add(Element(dav_name("lockscope")))
      .add(Element(dav_name(lock.is_shared ? "shared" : "exclusive")));
  out.add(Element(dav_name("depth"), lock.is_deep ? "infinity" : "0"));
  if (!lock.owner.empty())
    if (auto owner = xml::read(lock.owner)) out.add(*std::move(owner));
  out.add(Element(dav_name("timeout"), "Second-" + std::to_string(lock.timeout.count())));
  out.add(Element(dav_name("locktoken"))).add(href_element(lock.token));
  const auto is_object = context.resource.kind == Kind::object;
  auto root = lock.path;
  if (is_object && root == lock_path(context, context.resource.path)) root.pop_back();
  out.add(Element(dav_name("lockroot"))).add(href_element(root));
  return out;
}

}  // namespace kontor::dav
