// SPDX-License-Identifier: GPL-3.0-or-later
// The Kerberos library's settings for this process: a file of our own in the data folder.
//
// The machine's krb5.conf is not read: its reverse look-ups and canonical names would make tickets
// depend on DNS, and a machine may have none at all. To be called before any thread starts.
#pragma once
#include <string>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"

namespace kontor::directory {

// The realm of a domain is its name in upper case ([MS-KILE] 3.1.5.1).
std::string realm_of(const config::ActiveDirectory& settings);
// The file's text. `kpasswd_address`: where passwords are changed (RFC 3244), which no hook serves.
std::string kerberos_profile(const config::ActiveDirectory& settings,
                             const std::string& kpasswd_address = {});
// Writes DATA/krb5.conf and points KRB5_CONFIG of this process at it. io_error and the like from
// writing.
Result<void> prepare_kerberos(const config::Settings& settings);

}  // namespace kontor::directory
