// SPDX-License-Identifier: GPL-3.0-or-later
// SessionWarden: ends the sessions of people whom the directory removed or does not let be signed
// in any more, by a change or because the time has come, those of app passwords that were revoked,
// and brings the rights of the others up to date.
#pragma once
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/model.hpp"
#include "server/policy/policies.hpp"
#include "server/trace/app_passwords.hpp"
#include "server/trace/sessions.hpp"

namespace kontor::app {

// Looks at every signed-in session, against the newest copy; how many it ended. Cheap: sessions,
// not all people. Any thread.
std::size_t end_forbidden_sessions(const directory::Directory& directory,
                                   trace::Sessions& sessions,
                                   UtcSeconds now,
                                   const log::Context& log);

// Ends the sessions that were signed in with an app password that is no longer in force; how many.
// Any thread.
std::size_t end_revoked_sessions(const trace::AppPasswords& passwords,
                                 trace::Sessions& sessions,
                                 const log::Context& log);

// Computes who each open session belongs to against the newest copy: groups that were left or
// joined count from its next command on, whatever its ticket says. How many differ. Any thread.
std::size_t renew_identities(const directory::Directory& directory,
                             trace::Sessions& sessions,
                             UtcSeconds now,
                             const log::Context& log);

// Ends the sessions whose protocol or network policy does not allow their people (any more), and no
// other of theirs; how many. Looks at every signed-in session. Any thread.
std::size_t end_disallowed_sessions(const policy::Policies& policies,
                                    trace::Sessions& sessions,
                                    const log::Context& log);

}  // namespace kontor::app
