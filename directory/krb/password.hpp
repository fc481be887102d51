// SPDX-License-Identifier: GPL-3.0-or-later
// Checks a domain password by a Kerberos sign-in (RFC 4120, 3.1) whose ticket is then proved with
// the service's own key.
//
// Without that proof a false controller could let anybody in. Every check asks one controller once:
// a refused password counts against the account's lockout and is never repeated elsewhere.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "directory/krb/kdc.hpp"
#include "directory/model/acceptor.hpp"

namespace kontor::directory {

// Bounded by settings.ad.timeout for each of its requests: three or four, more across a trust.
// `settings` outlive it. Any thread, several at a time.
std::unique_ptr<PasswordChecker> make_kerberos_checker(const config::ActiveDirectory& settings,
                                                       Domains domains);

}  // namespace kontor::directory
