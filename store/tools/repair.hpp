// SPDX-License-Identifier: GPL-3.0-or-later
// Mending an account's folder: `kontorctl store repair FOLDER` and `store rebuild FOLDER`.
//
// Both take the lock of the store that the folder lies in: no server may run on it (busy). A folder
// elsewhere, a copy, needs none. Nothing is thrown away: what was there before stays in
// quarantine/. Blocking. Failure: busy, not_found (no logs), corrupt (of a later version),
// no_permission, no_space, io_error; then the folder is as it was, or its logs are as sound as
// before.
#pragma once
#include "base/core/time.hpp"
#include "store/tools/diagnosis.hpp"
#include "store/tools/inspect.hpp"

namespace kontor::store {

// Makes logs that open without a word of damage. One wrong bit in a frame is put right; of a
// message, what can be read is kept and marked with the keyword Damaged; what is lost is noted in
// the log. `good`: nothing was lost for good.
Result<Inspection> repair_account(io::FileSystem& files,
                                  const std::string& folder,
                                  UtcSeconds now,
                                  const NameOwner& name_owner,
                                  const Progress& progress);

// Makes the snapshot anew from the logs alone. `good`: they hold no damage.
Result<Inspection> rebuild_account(io::FileSystem& files,
                                   const std::string& folder,
                                   const NameOwner& name_owner,
                                   const Progress& progress);

}  // namespace kontor::store
