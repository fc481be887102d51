// SPDX-License-Identifier: GPL-3.0-or-later
// New keys for the server's account, without a moment in which a ticket does not work.
//
// The new keys go into the keytab first, with the number they will have, beside the old ones; then
// the password is changed by the account itself. Killed anywhere, the keytab holds the keys in
// force: a key that did not come to the domain is passed over at the next sign-in
// (directory/krb/client.cpp) and taken out by the next rollover.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "directory/krb/keytab_file.hpp"
#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

Result<RolledOver> change_keys(const config::Settings& settings, const RolloverWish& wish);

// The numbers of `entries`, each once, the newest first. Pure.
std::vector<std::uint32_t> key_numbers(const std::vector<KeytabEntry>& entries);

// Those that no ticket can need any more: the key after them is older than `ticket_hours` and the
// clock skew that is allowed. Pure.
std::vector<std::uint32_t> expendable_numbers(const std::vector<KeytabEntry>& entries,
                                              std::uint32_t in_force,
                                              std::uint32_t ticket_hours,
                                              std::int64_t now);

}  // namespace kontor::directory
