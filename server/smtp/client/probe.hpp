// SPDX-License-Identifier: GPL-3.0-or-later
// Probe: does an address exist, by the word of the server that takes mail for it? MAIL with an
// empty reverse-path and RCPT, and no message (RFC 5321, 3.3); so that nobody who asks back about
// the sender finds one to ask about.
#pragma once
#include <string>

#include "base/core/task.hpp"
#include "server/smtp/client/peer.hpp"

namespace kontor::smtp::client {

enum class ProbeAnswer : unsigned char { exists, missing, unknown };

struct Probe {
  ProbeAnswer answer = ProbeAnswer::unknown;
  std::string words;   // code and enhanced code of the reply: "550 5.1.1"; empty: there was none
  std::string reply;   // all of it, or why there is none; for the log
  std::string remote;  // who was asked
};

// What a reply to RCPT says of the address. 5xx for another reason than the address (it does not
// like us, or our empty reverse-path) says nothing of it, nor does 4xx. Pure.
ProbeAnswer read_probe(const wire::PeerReply& reply);

// Over an open connection, which is not good for more after it. `peer` outlives the task.
Task<Probe> probe_address(Peer& peer, std::string address);

}  // namespace kontor::smtp::client
