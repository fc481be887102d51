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
