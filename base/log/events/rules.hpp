// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the rules of the organisation.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_rule_acted{
    "rules.message.done", LogLevel::info,
    "A rule of the organisation acted on a message; detail says how.", ""};
inline constexpr EventKind k_rule_rehearsed{
    "rules.message.rehearsed", LogLevel::debug,
    "A rule in rehearsal would have acted on a message; detail says how.", ""};
inline constexpr EventKind k_rule_failed{
    "rules.action.failed", LogLevel::warning,
    "What a rule wanted could not be done; the message went on without it, or is tried again.",
    "The error says why; kontorctl rules show NAME has the rule."};
inline constexpr EventKind k_fingerprint_unreadable{
    "rules.fingerprint.unreadable", LogLevel::error,
    "The fingerprint of a document could not be read; rules do not know the document.",
    "Restore the file from a backup, or remove it and add the document again with kontorctl "
    "fingerprints add."};

inline constexpr std::array k_rules_events{&k_rule_acted, &k_rule_rehearsed, &k_rule_failed,
                                           &k_fingerprint_unreadable};

}  // namespace kontor::log::events
