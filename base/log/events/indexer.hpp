// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the full-text indexes.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_index_begun_anew{
    "search.index.begun_anew", LogLevel::warning,
    "The full-text index of a mailbox could not be used (damaged, of another version, or of "
    "another "
    "state of the mailbox) and is being made anew; searches find everything meanwhile, slower.",
    "Nothing, once. If it comes again, look at the disk."};
inline constexpr EventKind k_index_damaged{
    "search.index.damaged", LogLevel::warning,
    "The full-text index of a mailbox turned out to be damaged and was removed.",
    "Nothing, once: it is made anew. If it comes again, look at the disk."};
inline constexpr EventKind k_index_built{
    "search.index.built", LogLevel::info,
    "The full-text index of a mailbox was made anew, as asked for; count says how many messages.",
    ""};
inline constexpr EventKind k_index_failed{
    "search.index.failed", LogLevel::error,
    "New mail of a mailbox cannot be indexed; it is tried again. Searches find everything "
    "meanwhile, slower.",
    "Look at the disk: free space, the kernel's log."};
inline constexpr EventKind k_index_query_failed{
    "search.query.failed", LogLevel::warning,
    "An index could not answer; the messages were read instead.",
    "If it comes again: kontorctl search rebuild ACCOUNT."};
inline constexpr EventKind k_index_purged{
    "search.index.purged", LogLevel::debug,
    "Messages that are purged were taken out of an index; count says how many.", ""};

inline constexpr std::array k_indexer_events{&k_index_begun_anew,   &k_index_damaged,
                                             &k_index_built,        &k_index_failed,
                                             &k_index_query_failed, &k_index_purged};

}  // namespace kontor::log::events
