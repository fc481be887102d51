// SPDX-License-Identifier: GPL-3.0-or-later
// What a session tells the message trace (server/message_trace/step.hpp). Where nobody is told,
// each costs a comparison.
#pragma once
#include <string>
#include <vector>

#include "server/message_trace/step.hpp"
#include "server/smtp/session.hpp"

namespace kontor::smtp {

// What is known of a message besides the session's state.
struct Heard {
  std::string trace;  // empty: it has none yet
  std::string message_id;
  std::string subject;  // as in its header
  std::uint64_t size = 0;
};

// A connection, a sender, a recipient (an address) or a message was not taken.
void trace_refusal(const Session& session,
                   const wire::Reply& reply,
                   const std::string& recipient = {},
                   const Heard& heard = {});
void trace_received(const Session& session, const Heard& heard, message_trace::Marks marks);
// What was found about the message.
void trace_finding(const Session& session,
                   message_trace::What what,
                   const std::string& trace,
                   const std::string& words,
                   message_trace::Marks marks = 0);
// A filter took this recipient out.
void trace_taken_out(const Session& session,
                     const std::string& trace,
                     const std::string& recipient);
// What the client is told of each recipient.
void trace_answers(const Session& session,
                   const std::string& trace,
                   const std::vector<Destined>& recipients,
                   const std::vector<Result<void>>& results);

}  // namespace kontor::smtp
