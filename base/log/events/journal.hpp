// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the journal: copies of mail for an archive.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_journal_kept{
    "journal.message.kept", LogLevel::info,
    "A copy of a message for the archive (address) is in the queue.", ""};
inline constexpr EventKind k_journal_circle{
    "journal.message.circle", LogLevel::warning,
    "A copy for the archive came back here; it is not journalled again.",
    "See whether the archive's address forwards mail to this server."};
inline constexpr EventKind k_journal_unkept{
    "journal.message.unkept", LogLevel::error,
    "A copy for the archive could not be put into the queue; the message was not taken, and is "
    "tried again.",
    "The error says what is wrong, mostly with the queue's disk."};

inline constexpr std::array k_journal_events{&k_journal_kept, &k_journal_circle, &k_journal_unkept};

}  // namespace kontor::log::events
