// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/given.hpp"

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/dav/delegates.hpp"
#include "server/dav/homes.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/sharing/busy.hpp"
#include "server/sharing/rights.hpp"
#include "store/mailbox/names.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::dav {
namespace {

using store::Right;

store::Binding binding_of(const directory::Principal& principal) {
  return {principal.id.source, principal.id.guid};
}

const directory::Directory& directory_of(const Context& context) {
  return context.kept->environment.directory;
}

// A mailbox that people work in together has the collections of a person, for who works in it.
bool is_shared(const Context& context, const store::Binding& owner) {
  const auto found = context.copy->find({owner.source, owner.guid});
  return found && directory::is_shared_mailbox(*found);
}

bool gives_inbox(const Context& context, const store::SharedAccount& shared, Right right) {
  return std::ranges::any_of(shared.folders, [&](const store::SharedFolder& folder) {
    store::FolderInfo info;
    info.id = folder.id;
    return folder.id == store::k_inbox && sharing::may(context.person, directory_of(context),
                                                       {shared.owner, info, folder.access}, right);
  });
}

bool gives_objects(const Context& context, const store::SharedAccount& shared) {
  return std::ranges::any_of(shared.folders, [&](const store::SharedFolder& folder) {
    store::FolderInfo info;
    info.id = folder.id;
    info.folder_class = folder.folder_class;
    return sharing::object_rights_of(context.person, directory_of(context),
                                     {shared.owner, info, folder.access}) != 0;
  });
}

Task<Result<void>> enter(Context& context, store::AccountId id) {
  KONTOR_CO_TRY(context.account, co_await context.kept->environment.store.open(id));
  const auto owner = context.account->view().binding();
  if (is_shared(context, owner)) {
    KONTOR_CO_TRY(co_await make_shared_collections(*context.account));
  }
  context.view = context.account->view();
  co_return Result<void>();
}

Task<Result<void>> enter_own(Context& context, store::Binding owner) {
  KONTOR_CO_TRY(context.account, co_await context.kept->environment.store.open_for(owner));
  KONTOR_CO_TRY(co_await make_standard_collections(*context.account));
  context.view = context.account->view();
  co_return Result<void>();
}

Error nothing_there() { return Error(Errc::not_found, "no such person, or nothing for this one"); }

// The accounts in which something may be for the person.
std::set<store::AccountId> accounts_for(const Context& context) {
  std::set<store::AccountId> out;
  const auto& store = context.kept->environment.store;
  const auto principals = sharing::principals_of(context.person, *context.copy);
  for (const auto& shared : store.shares().naming(principals))
    if (!sharing::is_same(context.person.id, shared->owner) &&
        gives_something(context, shared->owner))
      out.insert(shared->id);
  for (const auto& group : principals) {
    if (group.source.empty() || sharing::is_same(context.person.id, group)) continue;
    if (const auto id = store.find(group)) out.insert(*id);
  }
  return out;
}

// What of an account stands in the person's home: not what lies in a collection that does.
bool stands_in_home(const Context& context, Space space, const store::FolderInfo& folder) {
  if (!collection_of(space, folder.name) || folder.name == scheduling::k_inbox ||
      folder.name == scheduling::k_outbox ||
      !store::has_right(rights_in(context, folder), Right::read))
    return false;
  const auto parents = store::parents_of(folder.name);
  const auto above = parents.empty() ? std::nullopt : context.view->find_folder(parents.back());
  return !above || !store::has_right(rights_in(context, *above), Right::read);
}

}  // namespace

bool is_own_account(const Context& context) {
  return context.view && sharing::is_same(context.person.id, context.view->binding());
}

store::RightBits rights_in(const Context& context, const store::FolderInfo& folder) {
  if (!context.view) return 0;
  const auto owner = context.view->binding();
  const auto& list = context.view->access(folder.id);
  const auto rights =
      sharing::object_rights_of(context.person, directory_of(context), {owner, folder, list});
  // A delegate finds where he asks and sends for the owner.
  constexpr auto k_of_delegate = static_cast<store::RightBits>(Right::lookup) |
                                 static_cast<store::RightBits>(Right::read) |
                                 static_cast<store::RightBits>(Right::post);
  const bool is_outbox = folder.name == scheduling::k_outbox;
  return is_outbox && may_schedule(context) ? static_cast<store::RightBits>(rights | k_of_delegate)
                                            : rights;
}

store::RightBits rights_at(const Context& context, const Resource& resource) {
  if (!context.view) return 0;
  if (resource.folder != nullptr) return rights_in(context, resource.folder->info());
  if (is_own_account(context)) return store::k_all_rights;
  const auto owner = context.view->binding();
  if (sharing::is_of_his_group(context.person, *context.copy, owner)) {
    store::FolderInfo any;
    any.folder_class = store::FolderClass::notes;
    return sharing::object_rights_of(context.person, directory_of(context), {owner, any, {}});
  }
  // At the top of a mailbox that people share, as its INBOX allows (RFC 4314, 4).
  const auto inbox = context.view->folder(store::k_inbox);
  if (!inbox || !is_shared(context, owner)) return 0;
  return sharing::rights_of(context.person, directory_of(context),
                            {owner, *inbox, context.view->access(store::k_inbox)});
}

bool sees_private(const Context& context, const Resource& resource) {
  const auto kind = resource.folder_class();
  if (kind != store::FolderClass::calendar && kind != store::FolderClass::tasks) return true;
  return is_own_account(context) || store::has_right(rights_at(context, resource), Right::post);
}

bool may_see_busy(const Context& context, const store::FolderInfo& folder) {
  const auto owner = context.view->binding();
  const auto policy = context.kept->environment.policy_of({owner.source, owner.guid});
  return sharing::may_see_busy(context.person, directory_of(context),
                               {owner, folder, context.view->access(folder.id)}, policy->free_busy);
}

bool gives_something(const Context& context, const store::Binding& owner) {
  if (sharing::is_of_his_group(context.person, *context.copy, owner)) return true;
  const auto& store = context.kept->environment.store;
  const auto id = store.find(owner);
  const auto shared = id ? store.shares().of(*id) : nullptr;
  return shared != nullptr &&
         (gives_objects(context, *shared) ||
          (is_shared(context, owner) && gives_inbox(context, *shared, Right::read)));
}

Task<Result<void>> open_place(Context& context, const Path& path) {
  const auto owner = find_principal(context, path.owner());
  if (!owner) co_return nothing_there();
  const auto below = path.below();
  const auto binding = binding_of(*owner);
  auto& store = context.kept->environment.store;
  if (sharing::is_same(context.person.id, binding)) {
    const auto given = below.empty() ? std::nullopt : parse_given(below.front());
    if (!given) {
      if (!owner->has_mailbox()) co_return nothing_there();
      co_return co_await enter_own(context, binding);
    }
    const auto info = store.info(given->account);
    if (!info || sharing::is_same(context.person.id, info->binding) ||
        !gives_something(context, info->binding))
      co_return nothing_there();
    co_return co_await enter(context, given->account);
  }
  // The collections of a group are made when one of its people asks for something in its home.
  if (owner->kind == directory::Kind::group &&
      sharing::is_of_his_group(context.person, *context.copy, binding) && !below.empty())
    co_return co_await enter_own(context, binding);
  const auto id = store.find(binding);
  // Whoever signs in may ask when somebody is busy.
  if (!id || (!gives_something(context, binding) && context.request.method != "REPORT"))
    co_return nothing_there();
  co_return co_await enter(context, *id);
}

Task<Result<std::vector<Context>>> given_to(const Context& context) {
  std::vector<Context> out;
  const auto space = context.resource.path.space;
  for (const auto& id : accounts_for(context)) {
    Context there = context;
    // What cannot be opened gives nothing until it can; its event says so.
    if (!(co_await enter(there, id))) continue;
    for (const auto& folder : there.view->folders()) {
      if (!stands_in_home(there, space, folder)) continue;
      Path path = context.resource.path;
      path.segments.push_back(given_segment({id, folder.id}));
      auto found = find_resource(there, path);
      if (!found) continue;
      there.resource = *std::move(found);
      out.push_back(there);
    }
  }
  co_return out;
}

}  // namespace kontor::dav
