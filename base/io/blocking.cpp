// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/blocking.hpp"

#include <cassert>

namespace kontor::io {
namespace {
thread_local bool t_forbidden = false;  // a property of the thread, not of the program
}

void forbid_blocking() noexcept { t_forbidden = true; }
bool may_block() noexcept { return !t_forbidden; }
void assert_may_block() noexcept { assert(may_block() && "a blocking call on a network thread"); }

}  // namespace kontor::io
