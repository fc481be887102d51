// SPDX-License-Identifier: GPL-3.0-or-later
// Which threads may block. A network thread says once that it must not; every wrapper of a blocking
// call asserts that it is not on such a thread. The mark belongs to the thread, as the thread does.
#pragma once

namespace kontor::io {

// From here on this thread must not block (network threads call it first of all).
void forbid_blocking() noexcept;
bool may_block() noexcept;
// Aborts a build with assertions when this thread must not block.
void assert_may_block() noexcept;

}  // namespace kontor::io
