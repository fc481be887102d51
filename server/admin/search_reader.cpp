// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/search_reader.hpp"

#include <algorithm>

#include "directory/model/identity.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/sharing/rights.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::admin {
namespace {

using sharing::Right;

// Of the public folders the account's own INBOX is none.
bool is_hidden(const store::Binding& owner, const store::FolderInfo& folder) {
  return folder.id == store::k_inbox && owner == directory::public_folders_owner<store::Binding>();
}

// The letters of scheduling are their owner's alone.
bool is_of_scheduling(const store::FolderInfo& folder) {
  return folder.name == scheduling::k_inbox || folder.name == scheduling::k_outbox;
}

// What is private in a calendar sees who may put something into it; an address book has nothing
// private.
bool sees_private(const store::FolderInfo& folder, store::RightBits rights) {
  const bool has_private = folder.folder_class == store::FolderClass::calendar ||
                           folder.folder_class == store::FolderClass::tasks;
  return !has_private || store::has_right(rights, Right::post);
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
  const auto copy = environment_.directory.current();
  const auto principals = sharing::principals_of(*who, *copy);
  for (const auto& given : environment_.store.shares().naming(principals)) add(given->id);
  // Groups have calendars and address books of their own, for who is in them and who manages them.
  for (const auto& group : principals)
    if (const auto account = group.source.empty() ? std::nullopt : environment_.store.find(group))
      add(*account);
  for (const auto& info : environment_.store.list()) {
    const auto group = copy->find({info.binding.source, info.binding.guid});
    if (group && group->kind == directory::Kind::group && group->mail_rules.owner == who->id)
      add(info.id);
  }
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
    const auto rights = is_mail ? sharing::rights_of(*who, environment_.directory, access)
                                : sharing::object_rights_of(*who, environment_.directory, access);
    if (!store::has_right(rights, Right::read) || is_hidden(owner, folder)) continue;
    if (is_mail && !store::has_right(rights, Right::lookup)) continue;
    if (is_of_scheduling(folder) && !sharing::is_same(who->id, owner)) continue;
    out.push_back({folder.id, is_mail || sees_private(folder, rights)});
  }
  return out;
}

}  // namespace kontor::admin
