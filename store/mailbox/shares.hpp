// SPDX-License-Identifier: GPL-3.0-or-later
// Shares: which folders of which accounts have an access list, for everybody who asks "what was
// given to me" without loading an account.
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

namespace kontor::store {

struct SharedFolder {
  FolderId id = 0;
  std::string name;
  SpecialUse special_use = SpecialUse::none;
  AccessList access;  // never empty
  FolderClass folder_class = FolderClass::mail;
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

class Shares {
 public:
  // Accounts where an entry names one of these people and groups (the empty binding: anyone), each
  // once, by id. Negative entries count too: what is given is decided by the whole list.
  std::vector<SharedAccountPtr> naming(std::span<const Binding> principals) const;
  SharedAccountPtr of(const AccountId& id) const;  // nullptr: it shares nothing
  std::vector<SharedAccountPtr> all() const;       // by id
  // Grows with every change.
  std::uint64_t version() const;

  // What the account shares from now on; without folders it is forgotten.
  void set(SharedAccount account);
  void forget(const AccountId& id);

 private:
  struct Table {
    std::map<AccountId, SharedAccountPtr> accounts;
    std::map<Binding, std::set<AccountId>> named;
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
