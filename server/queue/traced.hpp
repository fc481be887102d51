// SPDX-License-Identifier: GPL-3.0-or-later
// What the queue tells the message trace (server/message_trace/step.hpp). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/message_trace/step.hpp"
#include "server/queue/message.hpp"

namespace kontor::queue {

// A message has come into the queue: a step for each recipient; of one that was made here also that
// it came. Nobody has set its number in the queue yet.
std::vector<message_trace::Step> queued_steps(const Envelope& envelope,
                                              const std::vector<Recipient>& recipients,
                                              std::string_view bytes);
message_trace::Step fate_step(MessageId id,
                              const Envelope& envelope,
                              const Recipient& recipient,
                              const Outcome& outcome,
                              std::chrono::seconds until_next_try);
message_trace::Step removed_step(MessageId id,
                                 const Envelope& envelope,
                                 const Recipient& recipient);
// The sender of `envelope` gets a notice with that trace id.
message_trace::Step told_step(const Envelope& envelope, const std::string& notice);

}  // namespace kontor::queue
