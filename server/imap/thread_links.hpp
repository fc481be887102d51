// SPDX-License-Identifier: GPL-3.0-or-later
// Steps 1 to 3 of REFERENCES (RFC 5256): parents by msg-ids, without loops, without messages that
// are not there. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "server/imap/thread_tree.hpp"

namespace kontor::imap {

// Node i < messages is message i; the others are dummies that hold several threads together.
struct ThreadLinks {
  std::vector<std::uint32_t> parent;  // k_none: a root
  std::vector<bool> alive;            // of a dummy: it stays, as a root
};
ThreadLinks link_threads(std::span<const ThreadMessage> messages);

}  // namespace kontor::imap
