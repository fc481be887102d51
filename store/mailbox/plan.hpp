// SPDX-License-Identifier: GPL-3.0-or-later
// What a change comes to: the frames to append and the answer to give once they are durable.
//
// Each function looks at the newest state (`tip`, which may be ahead of the disk), refuses what
// cannot be, and changes nothing itself. Without frames there is nothing to commit. The modseq of
// an answer is filled in when the frames have their sequence numbers. Pure.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "store/log/account_log.hpp"
#include "store/mailbox/account.hpp"
#include "store/mailbox/state.hpp"

namespace kontor::store {

template <class T>
struct Planned {
  T answer{};
  std::vector<NewFrame> frames;
};

struct Done {};

NewFrame frame_of(const Payload& payload);

// The deliver payload of a message, without UID. bad_input: not a keyword; limit: too many.
Result<std::string> encode_message(const NewMessage& message, FolderId folder, UtcSeconds now);

// The letter that says how full a mailbox is: when, and an encoded deliver payload for INBOX.
struct QuotaWarning {
  std::uint32_t percent = 0;  // of the limits in force; 0: never
  std::function<std::optional<std::string>(const Quota& quota)> letter;
  std::uint64_t bytes = 0;  // instead of a percentage of them; 0: not
};
// The frames that tell the owner, or that take back that he was told. `before` and `after` are the
// usage around a delivery.
std::vector<NewFrame> warning_frames(const Usage& before,
                                     const Quota& after,
                                     bool warned,
                                     const QuotaWarning& warning);
Result<Planned<Appending>> plan_append(const AccountState& tip,
                                       FolderId folder,
                                       std::vector<std::string> payloads,
                                       const Limits& defaults,
                                       const QuotaWarning& warning = {});
struct NewPayload {
  FolderId folder = 0;
  std::string payload;  // of encode_message()
};
// The message comes and `old` goes; what is freed counts for the quota. conflict: `old` is gone.
Result<Planned<Appending>> plan_replace(const AccountState& tip,
                                        const Replaced& old,
                                        NewPayload message,
                                        const Limits& defaults,
                                        UtcSeconds now);
Result<Planned<FlagChanged>> plan_flags(const AccountState& tip,
                                        FolderId folder,
                                        std::vector<Uid> uids,
                                        const FlagChange& change);
// Rows of readers in one folder: 64 MB of memory.
inline constexpr std::size_t k_max_reader_rows = 4'000'000;
// The same by somebody who is not the owner. limit: also when readers would have more than `rows`
// messages in the folder with something of their own.
Result<Planned<FlagChanged>> plan_reader_flags(const AccountState& tip,
                                               FolderId folder,
                                               std::vector<Uid> uids,
                                               const FlagChange& change,
                                               const Binding& reader,
                                               std::size_t rows = k_max_reader_rows);
// What a reader has for himself of new messages: message by message, in the order given.
struct OwnOfNew {
  Binding reader;
  OwnFlags own;
  struct Marks {
    FlagBits flags = 0;
    std::vector<std::string> keywords;
    auto operator<=>(const Marks&) const = default;
  };
  std::vector<Marks> marks;
};
// The frames that say so, for the commit that brings the messages; none when the folder has no room
// for more of readers. bad_input: not a keyword; limit: too many.
Result<std::vector<NewFrame>> own_frames(const AccountState& tip,
                                         FolderId folder,
                                         const std::vector<Uid>& uids,
                                         const OwnOfNew& own);
// Whose the flags of the account are to those who read it (k_owner_reads).
Result<Planned<Done>> plan_owner_reads(const AccountState& tip, bool reads);
NewFrame flag_sharing_frame(FolderId folder, std::optional<FlagSharing> sharing);
Result<Planned<Done>> plan_flag_sharing(const AccountState& tip,
                                        FolderId folder,
                                        std::optional<FlagSharing> sharing);
// The deliver payload of an object, without UID. limit: too large.
Result<std::string> encode_object(const NewObject& object, FolderId folder, UtcSeconds now);
struct ObjectPayload {
  FolderId folder = 0;
  std::string name;
  ObjectKeys keys;
  std::string payload;  // of encode_object()
  ObjectCondition condition;
};
Result<Planned<ObjectPut>> plan_put_object(const AccountState& tip,
                                           ObjectPayload object,
                                           const Limits& defaults,
                                           UtcSeconds now);
Result<Planned<ObjectPut>> plan_transfer_object(const AccountState& tip,
                                                const ObjectTransfer& transfer,
                                                const Limits& defaults,
                                                UtcSeconds now);
Result<Planned<Done>> plan_remove_object(const AccountState& tip,
                                         FolderId folder,
                                         std::string_view name,
                                         const ObjectCondition& condition,
                                         UtcSeconds now);
struct Transfer {
  FolderId from = 0;
  FolderId to = 0;
  bool move = false;
  Limits defaults;  // a move works above them too, unless it brings back what was deleted
};
// The names that transferred rows keep where they come to; those that are taken there do not.
std::vector<NewFrame> transferred_names(const AccountState& tip, const TransferFrame& frame);
// Of several versions of an object only the last is brought back, in the place of the present one.
Result<Planned<Copied>> plan_restore_objects(const AccountState& tip,
                                             const Transfer& back,
                                             std::vector<Uid> uids,
                                             UtcSeconds now);
// What a copy or move carries of these entries (ascending; those that exist).
TransferFrame transfer_rows(const AccountState& tip,
                            const FolderState& from,
                            const std::vector<Uid>& uids);
Result<Planned<Copied>> plan_transfer(const AccountState& tip,
                                      const Transfer& transfer,
                                      std::vector<Uid> uids,
                                      UtcSeconds now);
// Expunged messages back into the folder they were in. conflict: that is deleted itself.
Result<Planned<Copied>> plan_restore(const AccountState& tip,
                                     FolderId expunged,
                                     std::vector<Uid> uids,
                                     const Limits& defaults,
                                     UtcSeconds now);
// A deleted folder and those deleted below it, as they were, under a name that is free.
Result<Planned<FolderId>> plan_restore_folder(const AccountState& tip,
                                              FolderId deleted,
                                              std::string_view name,
                                              const Limits& defaults,
                                              UtcSeconds now);
// Expunges what the rules say is old enough, counted from when it came into its folder. Of the
// rules that name a folder the one with the fewest days counts.
Result<Planned<std::vector<RetentionCount>>> plan_retention(const AccountState& tip,
                                                            const std::vector<RetentionRule>& rules,
                                                            UtcSeconds now);
// When the first message of a folder with a rule is old enough, about; nothing: there is none.
std::optional<UtcSeconds> next_retention(const AccountState& tip,
                                         const std::vector<RetentionRule>& rules);
// What was expunged or deleted before `before` cannot be brought back any more.
Result<Planned<Purged>> plan_purge(const AccountState& tip, UtcSeconds before);
// Those of `uids` that carry all of `carrying`.
Result<Planned<std::vector<Uid>>> plan_expunge(const AccountState& tip,
                                               FolderId folder,
                                               std::vector<Uid> uids,
                                               FlagBits carrying,
                                               UtcSeconds now);
Result<Planned<FolderId>> plan_create(const AccountState& tip,
                                      std::string_view name,
                                      const FolderOptions& options,
                                      UtcSeconds now,
                                      const Limits& defaults = {});
Result<Planned<Done>> plan_limits(const AccountState& tip, const OwnLimits& own);
// Since when the owner is gone; nothing: he is there.
Result<Planned<Done>> plan_gone(const AccountState& tip, std::optional<UtcSeconds> since);
Result<Planned<Done>> plan_bind(const AccountState& tip, const Binding& owner);
// limit: more than k_max_access_entries.
inline constexpr std::size_t k_max_access_entries = 1'000;
Result<Planned<Done>> plan_access(const AccountState& tip,
                                  FolderId folder,
                                  const AccessChange& change);
// A new folder's list is that of the folder above it (RFC 4314, 4: CREATE), and what readers have
// for themselves in it too.
std::vector<NewFrame> inherited_access(const AccountState& tip,
                                       std::string_view parent,
                                       FolderId child);
struct AnnotationLimits {
  std::size_t entries = 0;  // of the folder
  Limits defaults;          // of the account
};
// All of them or none. limit: more entries than allowed; over_quota: more bytes.
Result<Planned<Done>> plan_annotations(const AccountState& tip,
                                       FolderId folder,
                                       const std::vector<AnnotationChange>& changes,
                                       const AnnotationLimits& limits);
// Forgets what left its folder before the day `now` - `days`.
Result<Planned<Done>> plan_prune(const AccountState& tip, std::uint32_t days, UtcSeconds now);
Result<Planned<Done>> plan_rename(const AccountState& tip,
                                  std::string_view from,
                                  std::string_view to,
                                  UtcSeconds now);
Result<Planned<Done>> plan_delete(const AccountState& tip, std::string_view name, UtcSeconds now);
Result<Planned<Done>> plan_subscribe(const AccountState& tip,
                                     std::string_view name,
                                     bool subscribed);

// The first frames of a new account: who it is, INBOX, the standard folders, subscribed.
std::vector<NewFrame> plan_account(const AccountId& id,
                                   const Binding& owner,
                                   const std::vector<std::string>& standard_folders,
                                   UtcSeconds now);
// The use that a standard folder of that name has (RFC 6154).
SpecialUse special_use_of(std::string_view name);

}  // namespace kontor::store
