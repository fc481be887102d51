// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/search_reader.hpp"

#include <algorithm>

#include "directory/model/identity.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/sharing/rights.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::admin {
namespace {

using sharing::Right;

// Of the public folders the account's own INBOX is none.
bool is_hidden(const store::Binding& owner, const store::FolderInfo& folder) {
  return folder.id == store::k_inbox && owner == directory::public_folders_owner<store::Binding>();
}

// Calendars and address books are their owners' alone.
store::RightBits own_alone(const directory::Identity& who, const store::Binding& owner) {
  return who.id.guid == owner.guid && who.id.source == owner.source ? store::k_all_rights
                                                                    : store::RightBits{0};
}

}  // namespace

std::optional<directory::Identity> SearchReader::identity() const {
  const auto copy = environment_.directory.current();
  const auto person = copy->find(person_);
  if (!person) return std::nullopt;
  return directory::make_identity(*copy, *person, {}, {});
}

std::vector<store::AccountId> SearchReader::accounts() const {
  std::vector<store::AccountId> out;
  const auto add = [&](const store::AccountId& account) {
    if (std::ranges::find(out, account) == out.end()) out.push_back(account);
  };
  const auto who = identity();
  if (!who) return out;
  if (const auto own = environment_.store.find({person_.source, person_.guid})) add(*own);
  const auto principals = sharing::principals_of(*who, *environment_.directory.current());
  for (const auto& given : environment_.store.shares().naming(principals)) add(given->id);
  return out;
}

std::vector<indexer::ReadableFolder> SearchReader::readable(
    const store::AccountView& view, const std::vector<store::FolderInfo>& folders) const {
  std::vector<indexer::ReadableFolder> out;
  const auto who = identity();
  if (!who) return out;
  const auto owner = view.binding();
  for (const auto& folder : folders) {
    const sharing::Access access{owner, folder, view.access(folder.id)};
    const bool is_mail = folder.folder_class == store::FolderClass::mail ||
                         folder.recoverable != store::Recoverable::no;
    const auto rights =
        is_mail ? sharing::rights_of(*who, environment_.directory, access) : own_alone(*who, owner);
    if (!store::has_right(rights, Right::read) || is_hidden(owner, folder)) continue;
    if (is_mail && !store::has_right(rights, Right::lookup)) continue;
    out.push_back({folder.id, is_mail || store::has_right(rights, Right::post)});
  }
  return out;
}

}  // namespace kontor::admin
