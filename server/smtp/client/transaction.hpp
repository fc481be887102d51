// SPDX-License-Identifier: GPL-3.0-or-later
// One message handed over to another server: MAIL, RCPT, DATA or BDAT (RFC 5321, 3.3), as many
// times as it takes the server to have all recipients.
//
// Each recipient gets the outcome that the replies say: 4xx deferred, 5xx failed, a lost connection
// deferred. When it is lost between the last dot and its reply, the message may have been taken:
// it is sent again, as SMTP has it (RFC 5321, 4.5.3.2.6; RFC 1047).
#pragma once
#include <string_view>
#include <vector>

#include "server/queue/transport.hpp"
#include "server/smtp/client/commands.hpp"
#include "server/smtp/client/peer.hpp"

namespace kontor::smtp::client {

struct Handed {
  std::vector<queue::Outcome> outcomes;  // one a recipient
  // The connection had ended before this message was spoken of, as servers do after some time or
  // number of messages: a new one may be tried at once.
  bool is_untouched = false;
};

// `piece` and `bytes` outlive the task, as do peer and terms.
Task<Handed> hand_over(Peer& peer,
                       const Terms& terms,
                       const queue::Piece& piece,
                       std::string_view bytes,
                       UtcSeconds now);

}  // namespace kontor::smtp::client
