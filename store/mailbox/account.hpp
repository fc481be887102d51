// SPDX-License-Identifier: GPL-3.0-or-later
// Account: one person's (or shared) mailbox. Reads come from immutable views; changes are commits.
//
// A change is checked against the newest state, appended as frames, and answered only when the
// frames are on disk: views, watchers and replies exist only behind the sync. Concurrent changes
// share a sync. All tasks may be awaited from any executor; they hop to the account's strand and
// come back. Errors of every change: no_space, over_quota, io_error (the account is then closed
// until it is reopened), not_found (folder), bad_input (name), cancelled (the store closes).
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "store/format/types.hpp"
#include "store/mailbox/access_list.hpp"
#include "store/mailbox/annotations.hpp"
#include "store/mailbox/policy.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::store {

// What is made of a message once, at delivery: its bytes and its finished FETCH fragments.
struct PreparedMessage {
  std::string raw;            // byte for byte
  std::string envelope;       // mime::imap_envelope
  std::string body;           // mime::imap_body
  std::string bodystructure;  // mime::imap_bodystructure
  std::string preview;        // UTF-8
  std::uint32_t header_size = 0;
  std::uint64_t thread = 0;  // store/mailbox/thread_id.hpp
};
// Parses `raw` and makes the fragments. Pure, CPU only; any thread.
PreparedMessage prepare_message(std::string raw, std::uint32_t max_depth, std::uint32_t max_parts);

// A stretch of a message, counted from its first byte; what lies behind its end is left out.
struct ItemRange {
  ItemId item = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// The finished FETCH fragments of a message, in the bytes they were read with: those of all
// messages of one read, which live as long as the last of them.
class Fragments {
 public:
  Fragments() = default;
  // `bytes` hold those of many messages; `head` of them from `begin` on is this message's, and has
  // ENVELOPE, BODY, BODYSTRUCTURE and preview in it.
  Fragments(std::shared_ptr<const std::string> bytes,
            std::size_t begin,
            std::string_view head,
            const std::array<std::string_view, 4>& parts);
  std::string_view envelope() const { return at(0); }
  std::string_view body() const { return at(1); }
  std::string_view bodystructure() const { return at(2); }
  std::string_view preview() const { return at(3); }

 private:
  struct Span {
    std::uint32_t begin = 0;  // behind begin_
    std::uint32_t size = 0;
  };
  std::string_view at(std::size_t which) const {
    if (bytes_ == nullptr) return {};
    return std::string_view(*bytes_).substr(begin_ + spans_[which].begin, spans_[which].size);
  }
  std::shared_ptr<const std::string> bytes_;
  std::size_t begin_ = 0;
  std::array<Span, 4> spans_{};
};

struct NewMessage {
  PreparedMessage message;
  FlagBits flags = 0;
  std::vector<std::string> keywords;
  UtcSeconds internal_date{};
  // EMAILID; nil: a random one. Who gives one can ask later whether the message came in
  // (AccountView::has_guid).
  Uuid guid;
};

struct Appending {
  std::uint32_t uid_validity = 0;
  std::vector<Uid> uids;  // in the order given
  ModSeq modseq = 0;
};

// A message that another one replaces.
struct Replaced {
  FolderId folder = 0;
  Uid uid = 0;
};

struct FlagChange {
  FlagAction action = FlagAction::add;
  FlagBits flags = 0;
  std::vector<std::string> keywords;
  std::optional<ModSeq> unchanged_since;  // RFC 7162, 3.1.3: entries changed later are left alone
};
struct FlagChanged {
  std::vector<Uid> changed;   // now differ from before, with this modseq
  std::vector<Uid> conflict;  // left alone because of unchanged_since (MODIFIED)
  ModSeq modseq = 0;          // 0: nothing changed
};

struct Copied {
  std::uint32_t uid_validity = 0;  // of the destination
  std::vector<Uid> from;           // those that existed, in UID order
  std::vector<Uid> to;             // their new UIDs, same order
  ModSeq modseq = 0;
};

// What cannot be brought back any more.
struct Purged {
  std::uint64_t messages = 0;
  std::uint64_t folders = 0;
  std::uint64_t bytes = 0;  // of the messages; what other folders show of them stays
};

struct FolderOptions {
  FolderClass folder_class = FolderClass::mail;
  SpecialUse special_use = SpecialUse::none;
  bool subscribed = false;
};

// What must hold of the object of a name when it is decided about it (RFC 9110, 13.1).
struct ObjectCondition {
  enum class Wanted : std::uint8_t { anything, absent, present, one_of };
  Wanted wanted = Wanted::anything;
  std::vector<Uuid> guids;  // one_of: of the item it is (Item::guid), which is its entity tag
  bool negated = false;     // one_of: none of them
};

struct NewObject {
  std::string name;
  std::string bytes;  // kept as they are
  ObjectKeys keys;
};
struct ObjectPut {
  Uid uid = 0;
  Uuid guid;
  bool created = false;  // there was none of that name
  ModSeq modseq = 0;
};

// Where an object goes: into a folder of the same account under a name.
struct ObjectTransfer {
  FolderId from = 0;
  std::string name;
  ObjectCondition condition;  // of what goes
  FolderId to = 0;
  std::string new_name;
  ObjectCondition new_condition;  // of what stands there
  bool copy = false;
};

// Ends its watch when destroyed; the callback is not running any more then.
class Watch {
 public:
  Watch() = default;
  explicit Watch(std::shared_ptr<void> handle) : handle_(std::move(handle)) {}

 private:
  std::shared_ptr<void> handle_;
};

class Account {
 public:
  virtual ~Account() = default;
  virtual const AccountId& id() const noexcept = 0;
  // The newest durable state. Memory only, any thread.
  virtual AccountView view() const = 0;

  // All of the messages become visible together, or none (MULTIAPPEND, RFC 3502).
  virtual Task<Result<Appending>> append(FolderId folder, std::vector<NewMessage> messages) = 0;
  // The message becomes visible and `old` is expunged, both or neither (RFC 8508); the quota counts
  // what is left. conflict: `old` is gone, nothing was done.
  virtual Task<Result<Appending>> replace(Replaced old, FolderId folder, NewMessage message) = 0;
  virtual Task<Result<FlagChanged>> change_flags(FolderId folder,
                                                 std::vector<Uid> uids,
                                                 FlagChange change) = 0;
  // UIDs that are gone are passed over. Copies keep flags, keywords and INTERNALDATE.
  virtual Task<Result<Copied>> copy(FolderId from, std::vector<Uid> uids, FolderId to) = 0;
  virtual Task<Result<Copied>> move(FolderId from, std::vector<Uid> uids, FolderId to) = 0;
  // Those of `uids` that carry \Deleted when it is decided; the answer lists them.
  virtual Task<Result<std::vector<Uid>>> expunge(FolderId folder, std::vector<Uid> uids) = 0;
  // As expunge, whatever flags they carry: those of `uids` that exist (RFC 1939, 6: POP3's UPDATE
  // state).
  virtual Task<Result<std::vector<Uid>>> remove(FolderId folder, std::vector<Uid> uids) = 0;

  // Expunged messages (of a folder of AccountView::recoverable()) back into the folder they were
  // in, with flags but \Deleted, keywords and INTERNALDATE. conflict: that folder is deleted
  // itself. copy() and move() bring them into another one. over_quota.
  virtual Task<Result<Copied>> restore(FolderId expunged, std::vector<Uid> uids) = 0;
  // A deleted folder, and those below it, under a name that is free: as they were, with their UIDs.
  virtual Task<Result<FolderId>> restore_folder(FolderId deleted, std::string name) = 0;
  // Ends that for what was expunged or deleted before; frees the space in time.
  virtual Task<Result<Purged>> purge(UtcSeconds before) = 0;

  // What holds for this mailbox by the settings and the groups of its owner. Memory only.
  virtual MailboxPolicy policy() const = 0;
  // What its retention rules would expunge now; upkeep does it (store/mailbox/upkeep.hpp).
  virtual std::vector<RetentionCount> retention_due() const = 0;

  // What it holds and may hold. append() and copy() refuse with over_quota what does not fit;
  // expunge() and move() always work. Memory only, any thread.
  virtual Quota quota() const = 0;
  virtual Task<Result<void>> set_limits(OwnLimits own) = 0;

  // Missing parents are made (RFC 9051, 6.3.4). exists, bad_input (empty level, control character,
  // too long).
  virtual Task<Result<FolderId>> create_folder(std::string name, FolderOptions options) = 0;
  // Children move along; renaming INBOX moves its messages into a new folder (RFC 9051, 6.3.6).
  virtual Task<Result<void>> rename_folder(std::string from, std::string to) = 0;
  // conflict: it has children (the caller decides what then); no_permission: INBOX.
  virtual Task<Result<void>> delete_folder(std::string name) = 0;
  virtual Task<Result<void>> subscribe(std::string name, bool subscribed) = 0;

  // Of a folder; also one that makes no difference is answered when it is durable. limit: too many
  // entries.
  virtual Task<Result<void>> set_access(FolderId folder, AccessChange change) = 0;
  // Of a folder, or with folder 0 of the server as the owner sees it: all of them or none. limit:
  // the folder would have more than `most` entries.
  virtual Task<Result<void>> set_annotations(FolderId folder,
                                             std::vector<AnnotationChange> changes,
                                             std::size_t most) = 0;

  // Objects: items of a folder of another class than mail, each with a name of its own there. What
  // an object replaces is expunged by the same commit, and can be brought back as a message can.
  // conflict: the condition does not hold, nothing was done. exists: another object of the folder
  // has the same UID of its own (ObjectKeys::uid). bad_input: the name, or a folder of mail.
  virtual Task<Result<ObjectPut>> put_object(FolderId folder,
                                             NewObject object,
                                             ObjectCondition condition) = 0;
  // not_found: there is none of that name.
  virtual Task<Result<ObjectPut>> transfer_object(ObjectTransfer transfer) = 0;
  virtual Task<Result<void>> remove_object(FolderId folder,
                                           std::string name,
                                           ObjectCondition condition) = 0;

  // Bytes as delivered; blocking disk work happens on the disk pool. not_found: purged. corrupt:
  // damaged.
  virtual Task<Result<std::string>> read_message(ItemId item) = 0;
  virtual Task<Result<std::string>> read_range(ItemId item,
                                               std::uint64_t offset,
                                               std::uint64_t size) = 0;
  // Several at once, in the order given, by one trip to the disk pool: each has its own outcome.
  // The caller bounds the bytes of one call (a few MB).
  virtual Task<std::vector<Result<std::string>>> read_messages(std::vector<ItemId> items) = 0;
  virtual Task<std::vector<Result<std::string>>> read_ranges(std::vector<ItemRange> ranges) = 0;
  // In the order of `items`; one trip to the disk pool for all.
  virtual Task<Result<std::vector<Fragments>>> read_fragments(std::vector<ItemId> items) = 0;

  // Calls back after every commit that became visible, on any thread, shortly: raise a signal, no
  // more.
  virtual Watch watch(std::function<void()> changed) = 0;
};

}  // namespace kontor::store
