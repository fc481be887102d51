// SPDX-License-Identifier: GPL-3.0-or-later
// What a WebDAV request is about: who asks, the resource, and the account it lies in.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "calendar/zone/zones.hpp"
#include "directory/model/model.hpp"
#include "server/dav/book.hpp"
#include "server/dav/locks.hpp"
#include "server/dav/path.hpp"
#include "server/dav/xml/element.hpp"
#include "server/http/routes.hpp"
#include "server/policy/policies.hpp"
#include "server/trace/guard.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::scheduling {
class Scheduler;  // server/scheduling/scheduler.hpp
}

namespace kontor::dav {

// What all requests share; everything outlives the routes.
struct Environment {
  const config::Settings& settings;
  const directory::Directory& directory;
  store::AccountStore& store;
  const Clock& clock;
  const directory::BookKeeper* books = nullptr;  // nullptr: no global address book is served
  io::WorkPool* workers = nullptr;  // long answers are made on it; nullptr: where they are asked
  scheduling::Scheduler* scheduler = nullptr;  // nullptr: nothing is scheduled
  const policy::Policies* policies = nullptr;  // nullptr: nothing holds for anybody (tests)
  trace::Guard* guard = nullptr;               // nullptr: nobody is slowed down (tests)
  policy::SharedValues policy_of(const directory::PrincipalId& person) const;
};

// The parts that server/dav itself keeps between requests.
struct Kept {
  explicit Kept(const Environment& e) : environment(e), locks(e.clock), book(e.books) {}
  Environment environment;
  Locks locks;
  calendar::Zones zones;
  GlobalBook book;
};

enum class Kind : unsigned char {
  root,
  above,  // /dav/calendars/, /dav/principals/, /dav/principals/people/
  principal,
  home,        // of somebody's collections
  collection,  // with objects; a folder
  object,
  nothing,  // a path where something may be made
};

// A resource and where it stands. A value; what it points to is in its view.
struct Resource {
  Kind kind = Kind::nothing;
  Path path;
  std::shared_ptr<const directory::Principal> principal;  // it is, or its owner
  std::shared_ptr<const store::FolderView> folder;        // of a collection or an object
  std::string name;                                       // of the object; or what may be made
  const store::StoredObject* object = nullptr;            // in `folder`
  store::Entry entry;
  store::Item item;
  std::shared_ptr<const BookCards> book;  // instead of a folder: the global address book
  const BookCard* card = nullptr;         // in `book`
  std::optional<std::string> bytes;       // of the object, where somebody has read them

  bool is_collection() const noexcept { return kind != Kind::object && kind != Kind::nothing; }
  store::FolderClass folder_class() const;
  std::string href() const { return href_of(path); }
  std::string etag() const;  // with its quotes
};

struct Context {
  std::shared_ptr<Kept> kept;  // shared with the routes
  const http::wire::Request& request;
  const directory::Identity& person;
  std::shared_ptr<const directory::DirectoryCopy> copy;
  std::shared_ptr<store::Account> account;  // where the path lies; nullptr: in none
  std::optional<store::AccountView> view;   // of the account
  Resource resource;

  const config::Dav& settings() const { return kept->environment.settings.dav; }
  std::string_view host() const { return request.field("Host"); }
  void refresh();  // the view and the resource, after a change
};

// Finds out what a request is about, and makes the collections that everybody has. not_found: there
// is nothing to which it may refer, or the person may not know of it.
Task<Result<Context>> open_context(std::shared_ptr<Kept> kept, http::Call call);

// By source:guid, or as somebody signs in; nullptr: nobody.
std::shared_ptr<const directory::Principal> find_principal(const Context& context,
                                                           std::string_view key);
// What the store calls the collection of a path, whether or not it is there; nothing: it lies in
// another account, or no collection can have this name.
std::optional<std::string> folder_name(const Context& context, const Path& path);

// The resource of a path in the context's account; Kind::nothing when it is not there. Nothing: the
// path lies in another account or nowhere, or the person may not know of it.
std::optional<Resource> find_resource(const Context& context, const Path& path);
Resource object_resource(const Context& context,
                         const Resource& collection,
                         const store::StoredObject& object);
// What stands below: collections of a home, objects and collections of a collection ...
std::vector<Resource> children_of(const Context& context, const Resource& resource);

Path path_of_principal(const directory::Principal& principal);
Path path_of_home(Space space, const directory::Principal& principal);

}  // namespace kontor::dav
