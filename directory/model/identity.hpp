// SPDX-License-Identifier: GPL-3.0-or-later
// Who a session belongs to, made from the directory copy: at sign-in, and again when the directory
// changed. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

// May this principal sign in now? auth_failed with the true reason: not a person, no mailbox,
// disabled, expired, outside his logon hours.
Result<void> check_may_sign_in(const Principal& principal, std::int64_t now);
// May he sign in this way? auth_failed: a smart card is required, the password must be changed, a
// member of Protected Users. `sids`: his effective ones.
Result<void> check_proof(const Principal& principal,
                         const std::vector<Sid>& sids,
                         Proof proof,
                         bool has_app_password = false);

// `ticket_sids` are the PAC's; those of principals in the copy are not believed (the copy is
// newer), the others are added (DESIGN.md 5). Does not ask whether the principal may sign in.
Identity make_identity(const DirectoryCopy& copy,
                       const Principal& principal,
                       std::string login,
                       const std::vector<Sid>& ticket_sids);

// The identity of an open session as the copy has it now, or auth_failed: the session must end.
// SIDs that came with the ticket stay until it ends.
Result<Identity> refresh_identity(const DirectoryCopy& copy,
                                  const Identity& identity,
                                  std::int64_t now);

}  // namespace kontor::directory
