// SPDX-License-Identifier: GPL-3.0-or-later
// Events of administration: what was asked of the server through its control socket.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_admin_verb_run{
    "admin.verb.run", LogLevel::info,
    "Somebody with access to the control socket asked for this (kontorctl).", ""};

inline constexpr EventKind k_import_ended{
    "admin.import.ended", LogLevel::info,
    "An import of mail (kontorctl import) ended, by itself or because kontorctl went away; `count` "
    "messages were stored.",
    ""};

inline constexpr std::array k_admin_events{&k_admin_verb_run, &k_import_ended};

}  // namespace kontor::log::events
