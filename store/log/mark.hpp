// SPDX-License-Identifier: GPL-3.0-or-later
// Does a mark (of a snapshot) belong to a log? A folder copied back may hold one of a longer log.
#pragma once
#include "store/log/account_log.hpp"
#include "store/log/window.hpp"

namespace kontor::store {

// False when the log, whose room is written ahead with zeros, ends before the mark or has another
// frame there. Looks at what stands before the mark: at once at the usual last frame, else back to
// the last one there is. Damage there is not its matter: then true.
Result<bool> fits(Window& window, const LogMark& mark, std::uint64_t salt);

}  // namespace kontor::store
