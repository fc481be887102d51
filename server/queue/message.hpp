// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the queue: a message that is to reach others, its recipients, and what became of
// each. Values only.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/core/time.hpp"

namespace kontor::queue {

using MessageId = std::uint64_t;  // within one queue; never reused

// RFC 3461, 4.1: when the sender wants to hear of a recipient, as bits.
using Notify = std::uint8_t;
inline constexpr Notify k_notify_never = 0, k_notify_success = 1, k_notify_failure = 2,
                        k_notify_delay = 4;
inline constexpr Notify k_notify_default = k_notify_failure | k_notify_delay;

enum class Return : std::uint8_t { unspecified, full, headers };  // RFC 3461, 4.3
enum class Body : std::uint8_t { bits7, mime8, binary };          // RFC 6152, RFC 3030

struct Recipient {
  std::string address;  // forward-path as it is sent
  std::string
      original;  // ORCPT as given, "rfc822;..." in xtext decoded; empty: none (RFC 3461, 4.2)
  Notify notify = k_notify_default;
  bool has_notify = false;  // NOTIFY was given, so it is handed on
  // The route that takes it, see Transport::destination(); set when the message is added and again
  // when the settings change. "local" stands for the mailboxes of this server.
  std::string destination;
};

// What is told of a message besides its bytes.
struct Envelope {
  std::string trace;        // id of the message in logs and in its Received field
  std::string sender;       // reverse-path; empty: <>, a notice, which no notice is ever made of
  std::string envelope_id;  // ENVID as given, decoded; empty: none (RFC 3461, 4.4)
  Return returned = Return::unspecified;
  Body body = Body::bits7;
  bool is_utf8 = false;  // MAIL had SMTPUTF8 (RFC 6531)
  // Written by somebody who signed in, or by this server. Counts when the message is added; it is
  // not kept.
  bool is_ours = false;
  std::uint64_t size = 0;
  UtcSeconds arrived{};
  bool requires_tls = false;  // REQUIRETLS (RFC 8689): over TLS that was verified, or back
  bool tls_optional = false;  // TLS-Required: No (RFC 8689, 5): what recipients ask of TLS is moot
  UtcSeconds release{};       // not tried before (RFC 4865); 0: at once
  // DELIVERBY (RFC 2852); 0: none. By then it is returned, or its sender is told of the delay.
  UtcSeconds deliver_by{};
  bool is_by_return = false;
  bool is_by_trace = false;  // each hop tells that it relayed it
  std::int8_t priority = 0;  // RFC 6710: -9 to 9, more is sooner
  // When the time begins that it is tried for.
  UtcSeconds begins() const noexcept { return std::max(arrived, release); }
  // For the message trace; not kept.
  std::string asked;          // the address that led to the recipients; empty: their own
  bool is_made_here = false;  // a letter of this server itself
};

// What became of one recipient at one try.
enum class Fate : std::uint8_t {
  delivered,  // in a mailbox of this server
  relayed,    // the next host took it
  deferred,   // may be tried again
  failed,     // will never succeed
};

struct Outcome {
  Fate fate = Fate::deferred;
  std::string status;      // RFC 3463: "5.1.1"; empty: made from the reply
  std::string diagnostic;  // the other side's own words: "550 5.1.1 no such user"; empty: none
  std::string reason;      // ours, for people and log: "no connection to mx.example: refused"
  std::string remote;      // host name of the other side; empty: none was reached
  bool takes_notices =
      false;  // it was handed over together with its DSN parameters (RFC 3461, 5.2)
  // Of one try alone; not kept.
  bool is_by_lost = false;     // relayed to a host that knows no DELIVERBY (RFC 2852, 4.2)
  std::string route;           // the row of queue.routes it went by; empty: none
  UtcSeconds retried_until{};  // how long it is tried; 0: by queue.lifetime
};

}  // namespace kontor::queue
