// SPDX-License-Identifier: GPL-3.0-or-later
// How many messages one command works on (MESSAGELIMIT, RFC 9738; setting imap.message_limit).
#pragma once
#include "server/imap/command.hpp"

namespace kontor::imap {

// 0: no limit. RFC 9738, 3.1 has it be 1,000 at least.
std::uint64_t message_limit(const Session& session);

// The messages with the highest numbers, as many as a command may work on.
struct LimitedMessages {
  wire::NumberSet numbers;
  store::Uid lowest = 0;  // the UID of the lowest of them; 0: none was left out
};
LimitedMessages limit_messages(const Session& session, wire::NumberSet numbers);
// Says in the answer, or before it when it has another code, how far the command came.
void tell_limit(Session& session, Tagged& tagged, store::Uid lowest);
// The answer to a command that works on all of its messages or on none.
Tagged too_many_messages(const Session& session);

}  // namespace kontor::imap
