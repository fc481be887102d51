// SPDX-License-Identifier: GPL-3.0-or-later
// What the next host, or the way to it, said against a message whose client waits (Routing): kept
// in the result of a recipient, and told to the client in the same words. Pure.
#pragma once
#include <optional>

#include "base/core/result.hpp"
#include "server/queue/message.hpp"
#include "server/smtp/wire/reply.hpp"

namespace kontor::smtp {

// Of an outcome that is deferred or failed.
Error handed_back(const queue::Outcome& outcome);
// The answer that such a result is; nothing: another error. 421 becomes 451: this session goes on.
std::optional<wire::Reply> handed_back_reply(const Error& error);

}  // namespace kontor::smtp
