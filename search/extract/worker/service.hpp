// SPDX-License-Identifier: GPL-3.0-or-later
// kontor-extract's work: for each order a process of its own, without any rights, reads the
// attachment. This process looks at no attachment itself; it starts readers, ends those that take
// too long or that nobody waits for, and tells how they ended. One thread.
#pragma once
#include "search/extract/worker/child.hpp"

namespace kontor::search {

// Until the socket is closed and the last reader has gone: the exit status. `read` runs in the
// readers.
int run_extract(int socket, ReadOne read);

}  // namespace kontor::search
