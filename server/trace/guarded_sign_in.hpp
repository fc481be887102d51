// SPDX-License-Identifier: GPL-3.0-or-later
// The sign-in service of all protocols, with the Guard in front: it finds out which account a
// password is tried for, lets the Guard say how long to wait before and after, and tells it the
// outcome.
//
// Only wrong passwords count, given to PLAIN, LOGIN or NTLM: what is `unavailable` never does, and
// no ticket does either, since nobody can guess passwords with tickets here (Kerberos' own server
// is asked for those) and a clock that is wrong fails the same way. Waiting holds no thread.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "directory/model/sign_in.hpp"
#include "server/trace/guard.hpp"

namespace kontor::trace {

// All of them outlive it.
std::unique_ptr<directory::SignInService> guarded_sign_in(const config::Settings& settings,
                                                          directory::SignInService& service,
                                                          const directory::Directory& directory,
                                                          Guard& guard);

}  // namespace kontor::trace
