// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of an account: made from a password as the controllers make them, and changed there.
//
// Blocks within the transport's limit for each request, changing a password within the Kerberos
// library's own (about half a minute). Failures: unavailable (nobody answers), auth_failed (the
// controllers refuse the name, password or key).
#pragma once
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "directory/krb/client.hpp"
#include "directory/krb/keytab_file.hpp"

namespace kontor::directory {

// The caller's own ticket cache, as his environment and settings of Kerberos name it; to be asked
// before KRB5_CONFIG is changed.
std::string callers_ticket_cache();

// The ticket of `name` ("administrator", "DOMAIN\name", a user principal name) in a cache of this
// process, whose name is given back.
Result<std::string> sign_in_with_password(const KdcTransport& transport,
                                          const std::string& realm,
                                          const std::string& name,
                                          const std::string& password);

// AES keys of `account` for `password`. The salt is asked of the controller: how it is made differs
// between machines and people, and after a rename.
Result<std::vector<Key>> derive_keys(const KdcTransport& transport,
                                     const std::string& realm,
                                     const std::string& account,
                                     const std::string& password);

// A new password for the account of `keys`, by its own right (RFC 3244). no_permission: the
// controller refuses it, with its reason; the others leave open whether it was changed.
Result<void> change_own_password(const KdcTransport& transport,
                                 const std::vector<KeytabEntry>& keys,
                                 const std::string& password);

// Do these keys, of one account and one number, sign it in? auth_failed: they do not.
Result<void> try_keys(const KdcTransport& transport, const std::vector<KeytabEntry>& keys);

}  // namespace kontor::directory
