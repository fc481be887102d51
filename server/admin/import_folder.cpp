// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/import_folder.hpp"

#include "base/crypto/digest.hpp"

namespace kontor::admin {

Task<Result<ImportFolder>> ImportFolder::open(std::shared_ptr<store::Account> account,
                                              std::string name,
                                              store::FolderOptions options,
                                              bool dry_run) {
  if (!account) co_return ImportFolder(nullptr, 0);
  auto found = account->view().find_folder(name);
  if (!found && !dry_run) {
    if (account->view().find_special(options.special_use))
      options.special_use = store::SpecialUse::none;  // one folder a use
    const auto made = co_await account->create_folder(name, options);
    if (!made && made.error().code() != Errc::exists) co_return fail(made.error());
    found = account->view().find_folder(name);
    if (!found) co_return fail(Errc::conflict, "the folder " + name + " was removed meanwhile");
  }
  ImportFolder folder(std::move(account), found ? found->id : 0);
  if (found) folder.look();
  co_return folder;
}

void ImportFolder::look() {
  const auto view = account_->view();
  const auto rows = view.open(id_);
  if (!rows) return;
  rows->for_each(0, rows->size(), [&](std::size_t, const store::Entry& entry) {
    if (const auto item = view.item(entry.item)) by_size_[item->size].unread.push_back(item->id);
  });
}

Task<bool> ImportFolder::take_present(std::string_view raw) {
  const auto same = by_size_.find(raw.size());
  if (same == by_size_.end()) co_return false;
  auto& [unread, read] = same->second;
  const auto digest = crypto::sha256(raw);
  for (;;) {
    if (const auto found = read.find(digest); found != read.end()) {
      read.erase(found);
      co_return true;
    }
    if (unread.empty()) co_return false;
    const auto item = unread.front();
    unread.pop_front();
    // One that is gone or damaged answers for nothing.
    const auto there = co_await account_->read_message(item);
    if (there) read.emplace(crypto::sha256(*there), item);
  }
}

}  // namespace kontor::admin
