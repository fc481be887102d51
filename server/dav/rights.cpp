// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/rights.hpp"

#include <array>

#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"

namespace kontor::dav {
namespace {

using xml::Element;

constexpr std::array k_writing{"write", "write-properties", "write-content",
                               "bind",  "unbind",           "unlock"};

Element privilege(std::string_view name) {
  Element out(dav_name("privilege"));
  out.add(Element(dav_name(name)));
  return out;
}

// What the person holds: everything in his own account, reading elsewhere.
void add_held(Element& to, const Context& context, const Resource& resource) {
  to.add(privilege("read"));
  to.add(privilege("read-current-user-privilege-set"));
  if (!context.account || resource.book) return;
  for (const auto* name : k_writing) to.add(privilege(name));
  const auto folder_class = resource.folder_class();
  if (folder_class == store::FolderClass::calendar) {
    Element busy(dav_name("privilege"));
    busy.add(Element(cal_name("read-free-busy")));
    to.add(std::move(busy));
  }
}

Element supported(std::string_view name, std::string_view description) {
  Element out(dav_name("supported-privilege"));
  out.add(privilege(name));
  Element text(dav_name("description"), description);
  text.attributes.push_back({{"http://www.w3.org/XML/1998/namespace", "lang"}, "en"});
  out.add(std::move(text));
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
    auto all = supported("all", "everything");
    all.add(supported("read", "read"));
    auto write = supported("write", "change");
    for (const auto* one : k_writing)
      if (std::string_view(one) != "write") write.add(supported(one, one));
    all.add(std::move(write));
    out.add(std::move(all));
  } else if (name.local == "acl-restrictions") {
    out.add(Element(dav_name("grant-only")));
    out.add(Element(dav_name("no-invert")));
  } else {
    if (!resource.principal || !context.account || resource.book) return std::nullopt;
    auto& ace = out.add(Element(dav_name("ace")));
    ace.add(Element(dav_name("principal")))
        .add(href_element(href_of(path_of_principal(*resource.principal))));
    ace.add(Element(dav_name("grant"))).add(privilege("all"));
    ace.add(Element(dav_name("protected")));
  }
  return out;
}

std::string lock_path(const Context& context, const Path& path) {
  Path canonical = path;
  if (!canonical.segments.empty() && context.account)
    canonical.segments.front() = context.person.id.text();
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
