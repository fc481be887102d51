// SPDX-License-Identifier: GPL-3.0-or-later
// A folder that mail is imported into, and what it held when the import began.
//
// A message is already there when the folder held one with the same bytes; each one there answers
// for one, so that a source which holds a message twice ends up twice. This is what makes an import
// that broke off go on: the mailbox itself is its memory. Bodies are read only of messages of equal
// size, once.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "store/mailbox/account.hpp"

namespace kontor::admin {

class ImportFolder {
 public:
  // `account` is nullptr in a dry run into a mailbox that was not made yet.
  static Task<Result<ImportFolder>> open(std::shared_ptr<store::Account> account,
                                         std::string name,
                                         store::FolderOptions options,
                                         bool dry_run);
  store::FolderId id() const noexcept { return id_; }
  // True: it was there; that one is used up.
  Task<bool> take_present(std::string_view raw);  // outlives the task

 private:
  struct SameSize {
    std::deque<store::ItemId> unread;                // oldest first
    std::multimap<std::string, store::ItemId> read;  // by digest
  };
  ImportFolder(std::shared_ptr<store::Account> account, store::FolderId id)
      : account_(std::move(account)), id_(id) {}
  void look();

  std::shared_ptr<store::Account> account_;  // shared with everybody who has the mailbox open
  store::FolderId id_ = 0;
  std::map<std::uint64_t, SameSize> by_size_;
};

}  // namespace kontor::admin
