// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the mail store: accounts made, loaded, damaged, closed.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_store_opened{"store.open.done", LogLevel::info,
                                          "The store is open; count says how many accounts.", ""};
inline constexpr EventKind k_store_index_rebuilt{
    "store.index.rebuilt", LogLevel::info,
    "The index of accounts was missing or out of date and was made again from the accounts.", ""};
inline constexpr EventKind k_account_created{"store.account.created", LogLevel::info,
                                             "A person got a mailbox with the standard folders.",
                                             ""};
inline constexpr EventKind k_account_loaded{"store.account.loaded", LogLevel::debug,
                                            "An account was read from disk.", ""};
inline constexpr EventKind k_account_unusable{
    "store.account.unusable", LogLevel::error, "An account cannot be opened; others go on.",
    "Run kontorctl store verify on the account's folder."};
inline constexpr EventKind k_account_failed{
    "store.account.failed", LogLevel::error,
    "A commit failed: nothing of it was acknowledged; the account is closed and opened anew at its "
    "next use.",
    "Look at the disk: free space, the kernel's log."};
inline constexpr EventKind k_account_damaged{
    "store.account.damaged", LogLevel::error,
    "A part of an account's log is damaged and was passed over; the rest is served.",
    "Run kontorctl store verify, then store repair on the account's folder; what is lost comes "
    "from a backup."};
inline constexpr EventKind k_account_torn{
    "store.account.torn", LogLevel::warning,
    "The end of an account's log was not acknowledged when the machine stopped, and was cut.", ""};
inline constexpr EventKind k_snapshot_ignored{
    "store.snapshot.ignored", LogLevel::warning,
    "An account's snapshot is damaged or of another version; the account is read from its log.",
    ""};
inline constexpr EventKind k_snapshot_failed{
    "store.snapshot.failed", LogLevel::warning,
    "An account's snapshot could not be written; it costs time at the next opening, no data.", ""};

inline constexpr EventKind k_account_purged{
    "store.account.purged", LogLevel::info,
    "What was deleted longer ago than store.undelete_days cannot be brought back any more; count "
    "says how many messages, bytes their size.",
    ""};
inline constexpr EventKind k_account_retained{
    "store.account.retained", LogLevel::info,
    "Messages were expunged because a rule of store.retention or of policy says that they are "
    "old enough; detail counts them by rule. Until they are purged they can be brought back.",
    ""};
inline constexpr EventKind k_owner_gone{
    "store.owner.gone", LogLevel::warning,
    "The directory does not have the owner of a mailbox any more. The mailbox stays for "
    "store.deleted_account_days.",
    "Nothing, if the person has left. Else make the person again and run kontorctl accounts "
    "attach."};
inline constexpr EventKind k_owner_back{"store.owner.back", LogLevel::info,
                                        "The directory has the owner of a mailbox again.", ""};
inline constexpr EventKind k_account_removed{
    "store.account.removed", LogLevel::warning,
    "A mailbox was removed from the disk: its person is gone for store.deleted_account_days, or an "
    "administrator said so.",
    ""};
inline constexpr EventKind k_account_attached{"store.account.attached", LogLevel::info,
                                              "A mailbox was given to another person.", ""};
inline constexpr EventKind k_quota_told{
    "store.quota.told", LogLevel::info,
    "A mailbox has passed store.quota_warning_percent of what it may hold; its owner got a letter.",
    ""};
inline constexpr EventKind k_upkeep_failed{
    "store.upkeep.failed", LogLevel::warning,
    "Retention, purging or compaction of an account failed; it is tried again at the next turn.",
    "Look at the error and the disk; run kontorctl store verify on the account's folder."};
inline constexpr EventKind k_compact_done{
    "store.compact.done", LogLevel::info,
    "A sealed log was written anew, without what was purged; the old one is kept for a while.", ""};
inline constexpr EventKind k_compact_failed{
    "store.compact.failed", LogLevel::warning,
    "A sealed log could not be written anew; it is as it was and is tried again later.",
    "no_space: make room on the disk. corrupt: run kontorctl store verify on the account's "
    "folder."};
inline constexpr EventKind k_compact_removed{
    "store.compact.removed", LogLevel::info,
    "Logs that compaction has replaced were removed; bytes came free.", ""};

inline constexpr std::array k_store_events{
    &k_store_opened,     &k_store_index_rebuilt, &k_account_created, &k_account_loaded,
    &k_account_unusable, &k_account_failed,      &k_account_damaged, &k_account_torn,
    &k_snapshot_ignored, &k_snapshot_failed,     &k_account_purged,  &k_upkeep_failed,
    &k_account_retained, &k_owner_gone,          &k_owner_back,      &k_account_removed,
    &k_account_attached, &k_quota_told,          &k_compact_done,    &k_compact_failed,
    &k_compact_removed};

}  // namespace kontor::log::events
