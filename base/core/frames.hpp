// SPDX-License-Identifier: GPL-3.0-or-later
// What Asio keeps of the frames of coroutines that have ended on a thread, for the next ones.
#pragma once

namespace kontor {

// Gives back what this thread keeps. Call it where the coroutines that follow wait for long (an
// idle connection): each would take the first block that is large enough, and hold up to a kilobyte
// where it needs a hundred bytes. Any thread; costs as much as two allocations.
void let_go_of_frames();

}  // namespace kontor
