// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: store, mime.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"store.standard_folders",
     [](Settings& s) -> Field { return &s.store.standard_folders; },
     {},
     "Folders of a new mailbox.",
     "Sent, Drafts, Trash, Junk and Archive get their special use (RFC 6154). INBOX is always "
     "there."},
    {"store.log_segment",
     [](Settings& s) -> Field { return &s.store.log_segment; },
     {1048576, 1073741824},
     "Size at which a mailbox's log file is sealed.",
     "A new file is begun then."},
    {"store.sync_threads",
     [](Settings& s) -> Field { return &s.store.sync_threads; },
     {1, 256},
     "Threads that write mailboxes to the disk.",
     "Mailboxes are synced side by side; fast disks gain from more."},
    {"store.reserve",
     [](Settings& s) -> Field { return &s.store.reserve; },
     {1048576, 1099511627776},
     "Disk space kept free for deletions.",
     "Below it new mail is refused for the time being, while expunging still works."},
    {"store.max_loaded_accounts",
     [](Settings& s) -> Field { return &s.store.max_loaded_accounts; },
     {1, 10000000},
     "Mailboxes kept in memory.",
     "Mailboxes nobody uses are dropped from memory above it, the least recently used first."},
    {"store.tombstone_days",
     [](Settings& s) -> Field { return &s.store.tombstone_days; },
     {30, 36500},
     "How long expunged messages are remembered by number.",
     "A mail program away for longer compares its whole folder once (RFC 7162)."},
    {"store.quota",
     [](Settings& s) -> Field { return &s.store.quota; },
     {0, 1152921504606846976},
     "Size of a mailbox.",
     "The sum of its messages, each once. Above it new mail is refused for the time being and IMAP "
     "answers OVERQUOTA. kontorctl quota sets it for one person. 0: no limit."},
    {"store.quota_messages",
     [](Settings& s) -> Field { return &s.store.quota_messages; },
     {0, 4294967295},
     "Messages in a mailbox.",
     "0: no limit."},
    {"store.quota_warning_percent",
     [](Settings& s) -> Field { return &s.store.quota_warning_percent; },
     {0, 99},
     "How full a mailbox is when its owner gets a warning.",
     "In percent of its limit, by a letter in the INBOX, once until it falls below again. 0: "
     "none."},
    {"store.retention",
     [](Settings& s) -> Field { return &s.store.retention; },
     {},
     "Folders whose messages are expunged at an age.",
     "Each is \"FOLDER=DAYS\", counted from when the message came into the folder; "
     "\"FOLDER/*=DAYS\" "
     "means the folders below it too. A special use (\"\\\\Trash=30\") finds the folder whatever "
     "it "
     "is called."},
    {"store.undelete_days",
     [](Settings& s) -> Field { return &s.store.undelete_days; },
     {0, 3650},
     "How long expunged messages and deleted folders can be brought back.",
     "The owner sees them below the folder Recoverable. 0: not at all."},
    {"store.deleted_account_days",
     [](Settings& s) -> Field { return &s.store.deleted_account_days; },
     {0, 3650},
     "How long the mailbox of a person who is gone is kept.",
     "Until then a person of that name can get it back (kontorctl accounts attach)."},
    {"store.upkeep_interval",
     [](Settings& s) -> Field { return &s.store.upkeep_interval; },
     {60, 604800},
     "How often each mailbox is looked after.",
     "Retention, purging and compaction, a mailbox at a time, spread over the interval."},
    {"store.compact_dead_percent",
     [](Settings& s) -> Field { return &s.store.compact_dead_percent; },
     {0, 99},
     "How much of a sealed log must be dead before it is written again.",
     "Compaction gives back the space of purged messages. 0: never."},
    {"store.compact_rate",
     [](Settings& s) -> Field { return &s.store.compact_rate; },
     {65536, 17179869184},
     "Bytes a second that compaction may read and write.",
     "Keeps the disk free for people."},
    {"store.compress",
     [](Settings& s) -> Field { return &s.store.compress; },
     {0, 0, {"zstd", "none"}},
     "How compaction writes messages.",
     "zstd saves about half of the space of text; delivery never compresses."},
    {"store.keep_replaced",
     [](Settings& s) -> Field { return &s.store.keep_replaced; },
     {0, 604800},
     "How long logs that compaction has replaced are kept.",
     "So that a copy of a mailbox that is under way stays whole; sooner when the disk is short."},
    {"mime.max_depth",
     [](Settings& s) -> Field { return &s.mime.max_depth; },
     {10, 1000},
     "Deepest nesting of a message that is looked into.",
     "Deeper parts are one opaque part."},
    {"mime.max_parts",
     [](Settings& s) -> Field { return &s.mime.max_parts; },
     {100, 1000000},
     "Parts of a message that are looked at.",
     "Further parts belong to the last one."},
});

}  // namespace

std::span<const Row> store_rows() { return k_rows; }

}  // namespace kontor::config
