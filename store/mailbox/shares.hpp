// SPDX-License-Identifier: GPL-3.0-or-later
// Shares: which folders of which accounts have an access list or mail addresses of their own, for
// everybody who asks "what was given to me" or "whose address is this" without loading an account.
//
// It is what the accounts' own lists say, gathered: told of every account that is loaded and of
// every commit that changes a list or a folder. Rights are never decided by it alone: whoever opens
// a folder asks the account. Kept on disk as a cache (docs/formats/shares.md). Any thread, memory
// only.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "store/format/types.hpp"
#include "store/mailbox/access_list.hpp"
#include "store/mailbox/folder_mail.hpp"

namespace kontor::store {

struct SharedFolder {
  FolderId id = 0;
  std::string name;
  SpecialUse special_use = SpecialUse::none;
  AccessList access;  // empty only when it has addresses
  FolderClass folder_class = FolderClass::mail;
  std::vector<FolderAddress> addresses = {};
  bool operator==(const SharedFolder&) const = default;
};

// What an account has given to others; immutable once it is known.
struct SharedAccount {
  AccountId id;
  Binding owner;
  std::vector<SharedFolder> folders;  // of any class; INBOX first, else by name
  bool operator==(const SharedAccount&) const = default;
};
using SharedAccountPtr = std::shared_ptr<const SharedAccount>;

// A folder that a mail address is for.
struct AddressedFolder {
  AccountId account;
  Binding owner;
  FolderId folder = 0;
  std::string name;
  FolderAddress address;
  bool operator==(const AddressedFolder&) const = default;
};

class Shares {
 public:
  // Accounts where an entry names one of these people and groups (the empty binding: anyone), each
  // once, by id. Negative entries count too: what is given is decided by the whole list.
  std::vector<SharedAccountPtr> naming(std::span<const Binding> principals) const;
  SharedAccountPtr of(const AccountId& id) const;  // nullptr: it shares nothing
  std::vector<SharedAccountPtr> all() const;       // by id
  // Of this address, folded; more than one only when copies of accounts have it too. By account.
  std::vector<AddressedFolder> addressed(std::string_view address) const;
  // Can an address be a folder's that is not known here? Until the accounts of expect() were seen.
  bool knows_addresses() const;
  // Grows with every change.
  std::uint64_t version() const;

  // What the account shares from now on; without folders it is forgotten.
  void set(SharedAccount account);
  void forget(const AccountId& id);
  // Nothing is known yet of what these share.
  void expect(std::set<AccountId> ids);
  // This one was looked at, or cannot be.
  void note_seen(const AccountId& id);

 private:
  struct Table {
    std::map<AccountId, SharedAccountPtr> accounts;
    std::map<Binding, std::set<AccountId>> named;
    std::map<std::string, std::set<AccountId>, std::less<>> addressed;
    std::set<AccountId> unknown;
    std::uint64_t version = 0;
  };
  static void take_out(Table& table, const AccountId& id);
  Guarded<Table> table_;
};

// The file of them (docs/formats/shares.md). Complete: written when the store closed, so that it
// says what every account's log says; else accounts may have changed since.
struct SharesFile {
  bool complete = false;
  std::vector<SharedAccountPtr> accounts;
};
std::string encode_shares(const SharesFile& file);
Result<SharesFile> decode_shares(std::string_view bytes);  // corrupt

}  // namespace kontor::store
