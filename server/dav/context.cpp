// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/context.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/dav/given.hpp"
#include "server/dav/walk.hpp"

namespace kontor::dav {
namespace {

using directory::Principal;
using PrincipalPtr = std::shared_ptr<const Principal>;

constexpr std::string_view k_people = "people", k_groups = "groups", k_rooms = "rooms";

std::string_view segment_of(directory::Kind kind) {
  if (kind == directory::Kind::group) return k_groups;
  return kind == directory::Kind::room ? k_rooms : k_people;
}

bool is_person(const Context& context, const Principal& principal) {
  return principal.id == context.person.id;
}

std::optional<Resource> principal_resource(const Context& context, const Path& path) {
  Resource found;
  found.path = path;
  found.path.has_slash = true;
  if (path.segments.empty()) {
    found.kind = Kind::above;
    return found;
  }
  const auto& kind = path.segments.front();
  if (kind != k_people && kind != k_groups && kind != k_rooms) return std::nullopt;
  if (path.segments.size() == 1) {
    found.kind = Kind::above;
    return found;
  }
  if (path.segments.size() > 2) return std::nullopt;
  found.principal = find_principal(context, path.segments[1]);
  if (!found.principal || segment_of(found.principal->kind) != kind) return std::nullopt;
  if (found.principal->mail_rules.is_hidden && !is_person(context, *found.principal))
    return std::nullopt;
  found.kind = Kind::principal;
  return found;
}

// A collection of the context's account that the person may know of.
std::optional<store::FolderInfo> find_folder(const Context& context, const Path& path) {
  const auto name = folder_name(context, path);
  return name ? context.view->find_folder(*name) : std::nullopt;
}

bool may_know(const Context& context, const store::FolderInfo& folder) {
  const auto rights = rights_in(context, folder);
  if (store::has_right(rights, store::Right::lookup) ||
      store::has_right(rights, store::Right::read))
    return true;
  return context.request.method == "REPORT" && may_see_busy(context, folder);
}

Resource card_resource(const Resource& book, const BookCard& card) {
  Resource found = book;
  found.kind = Kind::object;
  found.card = &card;
  found.name = card.name;
  found.item.guid = card.tag;
  found.item.size = card.size;
  if (found.path.segments.back() != card.name || found.path.segments.size() < 3)
    found.path.segments.push_back(card.name);
  found.path.has_slash = false;
  return found;
}

// The global address book in everybody's home, or a card of it; nothing: it is not that.
std::optional<Resource> book_resource(const Context& context, Resource found) {
  const auto below = found.path.below();
  if (found.path.space != Space::addressbooks || !is_person(context, *found.principal) ||
      below.front() != k_global)
    return std::nullopt;
  found.book = context.kept->book.current();
  if (found.book == nullptr) return std::nullopt;
  found.kind = Kind::collection;
  if (below.size() == 1) {
    found.path.has_slash = true;
    return found;
  }
  const auto* card = below.size() == 2 ? found.book->find(below[1]) : nullptr;
  if (card != nullptr) return card_resource(found, *card);
  found.kind = Kind::nothing;
  return found;
}

PrincipalPtr owner_of(const Context& context) {
  const auto owner = context.view->binding();
  return context.copy->find({owner.source, owner.guid});
}

// Does a path of that owner mean something in the context's account? Of the person's own home one
// level does whatever the account is, and what was given to him from it.
bool is_of_account(const Context& context, const Path& path, const Principal& owner) {
  const auto binding = context.view->binding();
  if (owner.id == directory::PrincipalId{binding.source, binding.guid}) return true;
  const auto below = path.below();
  return is_person(context, owner) && !below.empty() && parse_given(below.front()).has_value();
}

// What lies in the account: a collection, an object in one, or a name where nothing is yet.
std::optional<Resource> stored_resource(const Context& context, Resource found) {
  if (!is_own_account(context)) found.principal = owner_of(context);
  const auto below = found.path.below();
  if (const auto folder = find_folder(context, found.path)) {
    if (!may_know(context, *folder)) return std::nullopt;
    found.folder = context.view->open(folder->id);
    found.kind = Kind::collection;
    found.path.has_slash = true;
    return found;
  }
  found.name = below.back();
  Resource parent = found;
  parent.path.segments.pop_back();
  const auto above = below.size() < 2 ? std::nullopt : find_folder(context, parent.path);
  // Of what was given nothing is left, or it is of another account.
  if (!above && is_person(context, *find_principal(context, found.path.owner())) &&
      parse_given(below.front()))
    return std::nullopt;
  if (!above) return found;
  if (!may_know(context, *above)) return std::nullopt;
  parent.folder = found.folder = context.view->open(above->id);
  const auto* object = found.folder->find_object(found.name);
  if (object == nullptr) return found;
  if (!store::has_right(rights_in(context, *above), store::Right::read)) return std::nullopt;
  return object_resource(context, parent, *object);
}

}  // namespace

policy::SharedValues Environment::policy_of(const directory::PrincipalId& person) const {
  static const auto nothing = std::make_shared<const config::PolicyValues>();
  return policies == nullptr ? nothing : policies->of(person);
}

PrincipalPtr find_principal(const Context& context, std::string_view key) {
  const auto colon = key.find(':');
  if (colon != std::string_view::npos) {
    const auto guid = Uuid::parse(key.substr(colon + 1));
    if (guid) return context.copy->find({std::string(key.substr(0, colon)), *guid});
  }
  if (auto found = context.copy->find_address(key)) return found;
  return context.copy->find_login(key, context.kept->environment.settings.directory.default_domain);
}

store::FolderClass Resource::folder_class() const {
  if (book != nullptr) return store::FolderClass::contacts;
  return folder == nullptr ? store::FolderClass::mail : folder->info().folder_class;
}

std::string Resource::etag() const { return '"' + item.guid.text() + '"'; }

Path path_of_principal(const Principal& principal) {
  Path path;
  path.space = Space::principals;
  path.segments = {std::string(segment_of(principal.kind)), principal.id.text()};
  path.has_slash = true;
  return path;
}

Path path_of_home(Space space, const Principal& principal) {
  Path path;
  path.space = space;
  path.segments = {principal.id.text()};
  path.has_slash = true;
  return path;
}

Resource object_resource(const Context& context,
                         const Resource& collection,
                         const store::StoredObject& object) {
  Resource found;
  found.kind = Kind::object;
  found.path = collection.path;
  found.path.segments.push_back(object.name);
  found.path.has_slash = false;
  found.principal = collection.principal;
  found.folder = collection.folder;
  found.name = object.name;
  found.object = &object;
  const auto index = found.folder->index_of(object.uid);
  if (index) found.entry = found.folder->at(*index);
  if (const auto item = context.view->item(found.entry.item)) found.item = *item;
  return found;
}

std::optional<std::string> folder_name(const Context& context, const Path& path) {
  auto below = path.below();
  // A slash in a segment is part of an object's name; no collection has one.
  if (below.empty() || !context.view ||
      std::ranges::any_of(below, [](const std::string& segment) { return segment.contains('/'); }))
    return std::nullopt;
  const auto given = parse_given(below.front());
  if (!given) return folder_name_of(path.space, below);
  if (given->account != context.account->id() || is_own_account(context)) return std::nullopt;
  const auto base = context.view->folder(given->folder);
  if (!base || !collection_of(path.space, base->name)) return std::nullopt;
  below.front() = base->name;
  return join(below, "/");
}

std::optional<Resource> find_resource(const Context& context, const Path& path) {
  if (path.space == Space::principals) return principal_resource(context, path);
  Resource found;
  found.path = path;
  if (path.space == Space::root || path.segments.empty()) {
    found.kind = path.space == Space::root ? Kind::root : Kind::above;
    found.path.has_slash = true;
    return found;
  }
  found.principal = find_principal(context, path.owner());
  if (!found.principal || !context.view || !is_of_account(context, path, *found.principal))
    return std::nullopt;
  if (path.segments.size() > 1) {
    if (auto of_book = book_resource(context, found)) return of_book;
    return stored_resource(context, std::move(found));
  }
  found.kind = Kind::home;
  found.path.has_slash = true;
  return found;
}

std::vector<Resource> children_of(const Context& context, const Resource& resource) {
  std::vector<Resource> out;
  const auto add = [&](Path path) {
    path.has_slash = true;
    if (auto found = find_resource(context, path)) out.push_back(*std::move(found));
  };
  if (resource.kind == Kind::root) {
    for (const auto space :
         {Space::principals, Space::calendars, Space::addressbooks, Space::notes}) {
      Path path;
      path.space = space;
      add(std::move(path));
    }
  } else if (resource.kind == Kind::above && resource.path.space != Space::principals) {
    if (const auto own = context.copy->find(context.person.id))
      add(path_of_home(resource.path.space, *own));
  } else if (resource.kind == Kind::above && resource.path.segments.empty()) {
    for (const auto kind : {k_people, k_groups, k_rooms}) {
      Path path = resource.path;
      path.segments.emplace_back(kind);
      add(std::move(path));
    }
  } else if (resource.book != nullptr) {
    out.reserve(resource.book->list.size());
    for (const auto& card : resource.book->list) out.push_back(card_resource(resource, card));
  } else if (resource.kind == Kind::home || resource.kind == Kind::collection) {
    if (resource.kind == Kind::home && resource.path.space == Space::addressbooks &&
        is_person(context, *resource.principal) && context.kept->environment.books != nullptr) {
      Path path = resource.path;
      path.segments.emplace_back(k_global);
      add(std::move(path));
    }
    const auto base = resource.kind == Kind::home
                          ? std::optional(std::vector<std::string>())
                          : collection_of(resource.path.space, resource.folder->info().name);
    for (const auto& folder : context.view->folders()) {
      const auto below = collection_of(resource.path.space, folder.name);
      if (!below || !base || below->size() != base->size() + 1 ||
          !std::equal(base->begin(), base->end(), below->begin()) ||
          !store::has_right(rights_in(context, folder), store::Right::read) ||
          (below->back() == k_global && resource.path.space == Space::addressbooks &&
           is_own_account(context)))
        continue;
      Path path = resource.path;
      path.segments.push_back(below->back());
      add(std::move(path));
    }
    if (resource.kind == Kind::collection)
      resource.folder->for_each(0, resource.folder->size(),
                                [&](std::size_t, const store::Entry& entry) {
                                  if (const auto* object = resource.folder->object(entry.uid))
                                    out.push_back(object_resource(context, resource, *object));
                                });
  }
  return out;
}

void Context::refresh() {
  if (account == nullptr) return;
  view = account->view();
  if (auto found = find_resource(*this, resource.path)) resource = *std::move(found);
}

Task<Result<Context>> open_context(std::shared_ptr<Kept> kept, http::Call call) {
  auto path = parse_path(call.request.raw_path);
  if (!path) co_return fail(Errc::not_found, "no such path");
  auto copy = kept->environment.directory.current();
  Context context{
      std::move(kept), call.request, *call.person, std::move(copy), nullptr, std::nullopt, {}};
  if (path->space != Space::root && path->space != Space::principals && !path->owner().empty()) {
    KONTOR_CO_TRY(co_await open_place(context, *path));
  }
  if (path->space == Space::addressbooks) co_await prepare_book(context.kept);
  auto found = find_resource(context, *path);
  if (!found) co_return fail(Errc::not_found, "nothing is there");
  context.resource = *std::move(found);
  co_return context;
}

}  // namespace kontor::dav
