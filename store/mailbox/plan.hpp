// SPDX-License-Identifier: GPL-3.0-or-later
// What a change comes to: the frames to append and the answer to give once they are durable.
//
// Each function looks at the newest state (`tip`, which may be ahead of the disk), refuses what
// cannot be, and changes nothing itself. Without frames there is nothing to commit. The modseq of
// an answer is filled in when the frames have their sequence numbers. Pure.
#pragma once
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

NewFrame frame_of(const Payload& payload);

// The deliver payload of a message, without UID. bad_input: not a keyword; limit: too many.
Result<std::string> encode_message(const NewMessage& message, FolderId folder, UtcSeconds now);

Result<Planned<Appending>> plan_append(const AccountState& tip,
                                       FolderId folder,
                                       std::vector<std::string> payloads,
                                       const Limits& defaults);
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
struct Transfer {
  FolderId from = 0;
  FolderId to = 0;
  bool move = false;
  Limits defaults;  // a move works above them too, unless it brings back what was deleted
};
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
                                      UtcSeconds now);
struct Done {};
Result<Planned<Done>> plan_limits(const AccountState& tip, const OwnLimits& own);
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
