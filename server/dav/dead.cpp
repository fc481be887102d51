// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/dead.hpp"

namespace kontor::dav {
namespace {

constexpr std::string_view k_collection = "/dav/prop/";
constexpr std::string_view k_object = "/dav/object/";

std::string key_of(const xml::Name& name) { return '{' + name.space + '}' + name.local; }

std::string object_prefix(std::string_view object) {
  return std::string(k_object) + encode_segment(object) + '/';
}

std::string prefix_of(const Resource& resource) {
  return resource.kind == Kind::object ? object_prefix(resource.name) : std::string(k_collection);
}

bool has_any(const Context& context, const Resource& resource) {
  return context.view && resource.folder != nullptr &&
         (resource.kind == Kind::object || resource.kind == Kind::collection);
}

// visit(name, value) for each.
template <class Visit>
void for_each_dead(const Context& context, const Resource& resource, const Visit& visit) {
  if (!has_any(context, resource)) return;
  const auto prefix = prefix_of(resource);
  const auto& all = context.view->annotations(resource.folder->info().id);
  for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix); ++at) {
    const std::string_view key = std::string_view(at->first).substr(prefix.size());
    const auto end = key.rfind('}');
    if (!key.starts_with('{') || end == std::string_view::npos) continue;
    visit(xml::Name{std::string(key.substr(1, end - 1)), std::string(key.substr(end + 1))},
          at->second);
  }
}

}  // namespace

std::string entry_of(const xml::Name& property) {
  return std::string(k_collection) + key_of(property);
}

std::string object_entry_of(std::string_view object, const xml::Name& property) {
  return object_prefix(object) + key_of(property);
}

std::optional<xml::Element> dead_property(const Context& context,
                                          const Resource& resource,
                                          const xml::Name& name) {
  if (!has_any(context, resource)) return std::nullopt;
  const auto& all = context.view->annotations(resource.folder->info().id);
  const auto found = all.find(prefix_of(resource) + key_of(name));
  if (found == all.end()) return std::nullopt;
  auto element = xml::read(found->second);
  if (!element) return std::nullopt;
  return *std::move(element);
}

std::vector<xml::Name> dead_properties(const Context& context, const Resource& resource) {
  std::vector<xml::Name> out;
  for_each_dead(context, resource,
                [&](xml::Name name, const std::string&) { out.push_back(std::move(name)); });
  return out;
}

store::AnnotationChange dead_change(const Resource& resource,
                                    const xml::Name& name,
                                    const xml::Element* value) {
  store::AnnotationChange change;
  change.entry = prefix_of(resource) + key_of(name);
  if (value != nullptr) change.value = xml::write_fragment(*value);
  return change;
}

std::vector<store::AnnotationChange> drop_dead(const Context& context, const Resource& object) {
  std::vector<store::AnnotationChange> out;
  for_each_dead(context, object, [&](const xml::Name& name, const std::string&) {
    out.push_back({object_entry_of(object.name, name), std::nullopt});
  });
  return out;
}

std::vector<store::AnnotationChange> copy_dead(const Context& context,
                                               const Resource& object,
                                               std::string_view into) {
  std::vector<store::AnnotationChange> out;
  for_each_dead(context, object, [&](const xml::Name& name, const std::string& value) {
    out.push_back({object_entry_of(into, name), value});
  });
  return out;
}

}  // namespace kontor::dav
