// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/context.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/dav/homes.hpp"
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

// By source:guid, or as somebody signs in.
PrincipalPtr find_principal(const Context& context, std::string_view key) {
  const auto colon = key.find(':');
  if (colon != std::string_view::npos) {
    const auto guid = Uuid::parse(key.substr(colon + 1));
    if (guid) return context.copy->find({std::string(key.substr(0, colon)), *guid});
  }
  if (auto found = context.copy->find_address(key)) return found;
  return context.copy->find_login(key, context.kept->environment.settings.directory.default_domain);
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

// A slash in a segment is part of an object's name; no collection has one.
std::optional<store::FolderInfo> find_folder(const Context& context,
                                             Space space,
                                             const std::vector<std::string>& collection) {
  if (collection.empty() || std::ranges::any_of(collection, [](const std::string& segment) {
        return segment.contains('/');
      }))
    return std::nullopt;
  return context.view->find_folder(folder_name_of(space, collection));
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
  if (found.path.space != Space::addressbooks || below.front() != k_global) return std::nullopt;
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

// What lies in the account: a collection, an object in one, or a name where nothing is yet.
Resource stored_resource(const Context& context, Resource found) {
  auto collection = found.path.below();
  const auto folder = find_folder(context, found.path.space, collection);
  if (folder) {
    found.folder = context.view->open(folder->id);
    found.kind = Kind::collection;
    found.path.has_slash = true;
    return found;
  }
  found.name = collection.back();
  collection.pop_back();
  const auto above = find_folder(context, found.path.space, collection);
  if (!above) return found;
  found.folder = context.view->open(above->id);
  const auto* object = found.folder->find_object(found.name);
  if (object == nullptr) return found;
  Resource parent = found;
  parent.path.segments.pop_back();
  return object_resource(context, parent, *object);
}

}  // namespace

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
  if (!found.principal || !is_person(context, *found.principal) || !context.view)
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
        context.kept->environment.books != nullptr) {
      Path path = resource.path;
      path.segments.emplace_back(k_global);
      add(std::move(path));
    }
    const auto own = resource.path.below();
    for (const auto& folder : context.view->folders()) {
      const auto below = collection_of(resource.path.space, folder.name);
      if (!below || (below->back() == k_global && resource.path.space == Space::addressbooks) ||
          below->size() != own.size() + 1 || !std::equal(own.begin(), own.end(), below->begin()))
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
    const auto owner = find_principal(context, path->owner());
    // Other people's collections do not show that they are there.
    if (!owner || !is_person(context, *owner) || !owner->has_mailbox())
      co_return fail(Errc::not_found, "no such person, or not this one");
    const store::Binding binding{owner->id.source, owner->id.guid};
    KONTOR_CO_TRY(context.account, co_await context.kept->environment.store.open_for(binding));
    KONTOR_CO_TRY(co_await make_standard_collections(*context.account));
    context.view = context.account->view();
  }
  if (path->space == Space::addressbooks) co_await prepare_book(context.kept);
  auto found = find_resource(context, *path);
  if (!found) co_return fail(Errc::not_found, "nothing is there");
  context.resource = *std::move(found);
  co_return context;
}

}  // namespace kontor::dav
