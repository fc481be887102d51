// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/send_as.hpp"

#include "directory/model/shared_mailbox.hpp"
#include "server/sharing/rights.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::sharing {

bool may_send_as(const directory::Identity& who,
                 const directory::Directory& directory,
                 const store::AccountStore& store,
                 const directory::Principal& mailbox) {
  if (!directory::is_shared_mailbox(mailbox)) return false;
  const store::Binding owner{mailbox.id.source, mailbox.id.guid};
  const auto id = store.find(owner);
  const auto shared = id ? store.shares().of(*id) : nullptr;
  if (shared == nullptr) return false;
  for (const auto& given : shared->folders) {
    if (given.id != store::k_inbox) continue;
    store::FolderInfo folder;
    folder.id = given.id;
    return may(who, directory, Access{owner, folder, given.access}, Right::post);
  }
  return false;
}

}  // namespace kontor::sharing
