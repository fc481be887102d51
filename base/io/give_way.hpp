// SPDX-License-Identifier: GPL-3.0-or-later
// Threads whose work can wait.
#pragma once

namespace kontor::io {

// From here on this thread runs, and uses the disk, when others leave room for it. What the system
// does not allow is left out.
void give_way() noexcept;

}  // namespace kontor::io
