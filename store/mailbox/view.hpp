// SPDX-License-Identifier: GPL-3.0-or-later
// AccountView and FolderView: the state of an account after one committed frame, immutable for
// ever.
//
// Views share their rows (persistent trees of chunks): holding one costs what changed since. Any
// thread, no locks, memory only. Everything a view shows is durable.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/format/types.hpp"
#include "store/mailbox/access_list.hpp"
#include "store/mailbox/annotations.hpp"
#include "store/mailbox/quota.hpp"

namespace kontor::store {

struct AccountState;  // store/mailbox/state.hpp

// What a folder below "Recoverable" is: messages expunged from a folder, or a deleted folder.
enum class Recoverable : std::uint8_t { no, messages, folder };

struct FolderInfo {
  FolderId id = 0;
  std::string name;  // full name in UTF-8, levels separated by '/'; "INBOX" in capitals
  FolderClass folder_class = FolderClass::mail;
  SpecialUse special_use = SpecialUse::none;
  bool subscribed = false;
  std::uint32_t uid_validity = 0;
  Uid uid_next = 1;
  ModSeq highest_modseq = 0;  // of any change in this folder
  Uuid guid;                  // MAILBOXID (RFC 8474)
  std::uint64_t exists = 0;
  std::uint64_t unseen = 0;
  std::uint64_t deleted = 0;  // entries with \Deleted
  std::uint64_t bytes = 0;    // sum of sizes (STATUS=SIZE)
  Recoverable recoverable = Recoverable::no;
};

// An item of a folder with names: a folder of another class than mail.
struct StoredObject {
  Uid uid = 0;
  std::string name;  // in the folder; a resource name of WebDAV
  ObjectKeys keys;
  bool operator==(const StoredObject&) const = default;
};

// The entries of one folder, in UID order; index i has message sequence number i + 1.
class FolderView {
 public:
  const FolderInfo& info() const noexcept;
  std::size_t size() const noexcept;
  Entry at(std::size_t index) const;
  // Index of the first entry whose uid is >= `uid` (size() when there is none).
  std::size_t lower_bound(Uid uid) const;
  std::optional<std::size_t> index_of(Uid uid) const;
  // Calls `visit(index, entry)` for indexes [begin, end); a scan of columns, far cheaper than at().
  void for_each(std::size_t begin,
                std::size_t end,
                const std::function<void(std::size_t, const Entry&)>& visit) const;
  // Entries changed by a frame later than `since`, in UID order (CONDSTORE CHANGEDSINCE).
  std::vector<Entry> changed_since(ModSeq since) const;
  // UIDs that left the folder by a frame later than `since`; nothing known below the oldest
  // tombstone: then nullopt (RFC 7162, 3.2.5.1: every gap is reported).
  std::optional<std::vector<Uid>> vanished_since(ModSeq since) const;

  // The object of that name, or with that UID of its own (ObjectKeys); nullptr when there is none.
  // What these three point to is valid as long as the view.
  const StoredObject* find_object(std::string_view name) const;
  const StoredObject* find_object_key(std::string_view key) const;
  // By the UID of its entry; one that has left the folder too, while vanished_since() may tell it.
  const StoredObject* object(Uid uid) const;

  FolderView(std::shared_ptr<const AccountState> state, FolderId id);

 private:
  std::shared_ptr<const AccountState> state_;
  const struct FolderState* folder_;  // inside state_
  std::optional<FolderInfo> named_;   // of a recoverable one, whose name is made
};

// A folder that is not as it was; at least one of the two infos is there.
struct FolderChange {
  std::optional<FolderInfo> before;      // nothing: it is new, or shown again
  std::optional<FolderInfo> after;       // nothing: it was deleted
  std::vector<std::string> annotations;  // names
};
struct ViewChanges {
  std::vector<FolderChange> folders;  // by id
  std::vector<std::string> subscribed, unsubscribed;
  std::vector<std::string> annotations;  // of the server, names
};

class AccountView {
 public:
  std::vector<FolderInfo> folders() const;              // sorted by name, INBOX first
  std::optional<FolderInfo> folder(FolderId id) const;  // a recoverable one too
  std::optional<FolderInfo> find_folder(std::string_view name) const;  // exact; INBOX in any case
  std::optional<FolderInfo> find_special(SpecialUse use) const;
  std::shared_ptr<const FolderView> open(FolderId id) const;  // nullptr when it is gone
  // What can still be brought back, as folders below "Recoverable", sorted by name. They are not
  // among folders(), but can be opened, read and copied or moved from.
  std::vector<FolderInfo> recoverable() const;
  std::optional<FolderInfo> find_recoverable(std::string_view name) const;
  // Names subscribed to, whether or not a folder of that name exists (RFC 9051, 6.3.7).
  std::vector<std::string> subscriptions() const;
  std::optional<Item> item(ItemId id) const;  // nothing: it was purged
  // Items later than `after`, in order, `most` at most; expunged and not yet purged ones too.
  std::vector<Item> items_after(ItemId after, std::size_t most) const;
  std::size_t count_items_after(ItemId after) const;
  // Is there a message of that EMAILID, expunged and not yet purged ones included? A scan.
  bool has_guid(const Uuid& guid) const;
  const std::vector<std::string>& keywords(KeywordSetId id) const;  // sorted, as first spelled
  std::vector<std::string> known_keywords(FolderId id) const;       // in use in the folder
  ModSeq highest_modseq() const noexcept;                           // of the account
  Binding binding() const;
  const Usage& usage() const noexcept;
  const OwnLimits& own_limits() const noexcept;
  // When the directory was first seen without the owner; nothing: he is there.
  std::optional<UtcSeconds> gone_since() const noexcept;
  std::uint64_t folder_count() const;
  std::uint64_t annotation_bytes() const;
  // Of a folder; empty when there is none. Valid as long as the view.
  const AccessList& access(FolderId id) const;
  // Of a folder, or with 0 of the server as the owner sees it. Valid as long as the view.
  const AnnotationMap& annotations(FolderId id) const;
  // What differs from an earlier view of the same account. Costs what changed, and a comparison of
  // two pointers for each folder.
  ViewChanges changes_since(const AccountView& before) const;

  explicit AccountView(std::shared_ptr<const AccountState> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<const AccountState> state_;
};

}  // namespace kontor::store
