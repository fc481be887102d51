// SPDX-License-Identifier: GPL-3.0-or-later
// Events of app passwords. Signing in with one is directory.sign_in.done, its `detail` names it.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_app_password_made{
    "app_password.entry.made", LogLevel::info,
    "An app password was made; `detail` is its id and name.", ""};
inline constexpr EventKind k_app_password_revoked{
    "app_password.entry.revoked", LogLevel::info,
    "An app password was revoked; sessions that were signed in with it end.", ""};
inline constexpr EventKind k_app_passwords_unreadable{
    "app_password.file.unreadable", LogLevel::error,
    "The file of app passwords cannot be used: nobody signs in with one, and none is made.",
    "Bring the file back from a backup, or move it away to begin without app passwords; restart."};
inline constexpr EventKind k_app_password_uses_unwritable{
    "app_password.uses.unwritable", LogLevel::warning,
    "When app passwords were used last could not be written; it is tried again.",
    "See whether the disk of the data folder is full or its rights are wrong."};

inline constexpr std::array k_app_password_events{&k_app_password_made, &k_app_password_revoked,
                                                  &k_app_passwords_unreadable,
                                                  &k_app_password_uses_unwritable};

}  // namespace kontor::log::events
