// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/delegates.hpp"

#include <algorithm>

#include "directory/model/shared_mailbox.hpp"
#include "server/dav/given.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/sharing/rights.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::dav {
namespace {

using directory::Principal;
using store::Right;

// `self`: whom an entry may name to count for the person.
bool is_named(const Principal& owner, const std::vector<store::Binding>& self) {
  return std::ranges::any_of(owner.mail_rules.delegates, [&](const auto& one) {
    return std::ranges::find(self, store::Binding{one.source, one.guid}) != self.end();
  });
}

struct Acts {
  bool at_all = false, writes = false;
};
// `folders`: all of the owner's; `named`: he names the person as a delegate.
template <class Folders, class RightsOf>
Acts acts_in(const Folders& folders, bool named, const RightsOf& rights_of) {
  Acts out;
  for (const auto& folder : folders) {
    if (folder.folder_class != store::FolderClass::calendar) continue;
    const auto rights = rights_of(folder);
    if (!store::has_right(rights, named ? Right::read : Right::post)) continue;
    out.at_all = true;
    out.writes = out.writes || store::has_right(rights, Right::write_flags);
  }
  return out;
}

Acts acts_for_owner(const Context& context,
                    const store::SharedAccount& shared,
                    const Principal& owner,
                    const std::vector<store::Binding>& self) {
  return acts_in(shared.folders, is_named(owner, self), [&](const store::SharedFolder& folder) {
    store::FolderInfo info;
    info.id = folder.id;
    info.folder_class = folder.folder_class;
    return sharing::object_rights_of(context.person, context.kept->environment.directory,
                                     {shared.owner, info, folder.access});
  });
}

}  // namespace

std::vector<std::shared_ptr<const Principal>> acts_for(const Context& context, bool changes) {
  std::vector<std::shared_ptr<const Principal>> out;
  const auto self = sharing::principals_of(context.person, *context.copy);
  for (const auto& shared : context.kept->environment.store.shares().naming(self)) {
    const auto owner = context.copy->find({shared->owner.source, shared->owner.guid});
    if (!owner || sharing::is_same(context.person.id, shared->owner) ||
        directory::is_shared_mailbox(*owner))
      continue;
    const auto acts = acts_for_owner(context, *shared, *owner, self);
    if (acts.at_all && acts.writes == changes) out.push_back(owner);
  }
  return out;
}

bool is_delegate_of(const Context& context, const Principal& owner) {
  const store::Binding binding{owner.id.source, owner.id.guid};
  const auto& store = context.kept->environment.store;
  const auto id = store.find(binding);
  const auto shared = id ? store.shares().of(*id) : nullptr;
  if (shared == nullptr || sharing::is_same(context.person.id, binding)) return false;
  const auto self = sharing::principals_of(context.person, *context.copy);
  return acts_for_owner(context, *shared, owner, self).at_all;
}

bool may_schedule(const Context& context) {
  if (!context.view) return false;
  const auto binding = context.view->binding();
  if (sharing::is_same(context.person.id, binding)) return true;
  const auto owner = context.copy->find({binding.source, binding.guid});
  if (!owner) return false;
  const auto self = sharing::principals_of(context.person, *context.copy);
  const auto rights_of = [&](const store::FolderInfo& folder) {
    return sharing::object_rights_of(context.person, context.kept->environment.directory,
                                     {binding, folder, context.view->access(folder.id)});
  };
  return acts_in(context.view->folders(), is_named(*owner, self), rights_of).at_all;
}

scheduling::Acting acting(const Context& context, const Resource& resource) {
  scheduling::Acting out;
  out.owner = resource.principal;
  out.writer = context.copy->find(context.person.id);
  out.may_send = may_schedule(context);
  return out;
}

}  // namespace kontor::dav
