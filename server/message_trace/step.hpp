// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to messages on their way through the server, told step by step to a Sink.
//
// Whoever takes, checks, delivers, queues or refuses a message says so in one call, with plain
// values. What is told is for administrators' questions ("what became of it?"): nothing decides by
// it, and a Sink never delays its caller, never throws and never fails.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"

namespace kontor::message_trace {

// The numbers stand in files and never change; new ones come at the end.
enum class What : std::uint8_t {
  received = 1,     // the message is here; with Arrival
  screened = 2,     // what was found about who brings it
  checked = 3,      // SPF, DKIM, DMARC, ARC
  scanned = 4,      // what other programs say
  ruled = 5,        // a rule of the organisation did something
  refused = 6,      // it was not taken
  taken = 7,        // answered with yes: where no fate is known yet, it is in the mailbox
  delivered = 8,    // a copy is in a mailbox
  present = 9,      // an earlier try had stored the copy
  redirected = 10,  // its recipient's script sent it on
  discarded = 11,   // nobody gets it, by the word of a script or a filter
  rejected = 12,    // its recipient's script refuses it
  queued = 13,      // it waits for its next hop
  deferred = 14,    // a try did not succeed; there will be another one
  relayed = 15,     // another host took it
  failed = 16,      // it will never reach the recipient
  removed = 17,     // an administrator took it out of the queue
  told = 18,        // its sender gets a notice
  expired = 19,     // the last try was too late
  held = 20,        // it is in quarantine; place is its reason
  released = 21,    // it left quarantine on its way to the recipient
  lapsed = 22,      // it left quarantine, and nobody gets it
};

// What is known of a recipient. The numbers stand in files.
enum class State : std::uint8_t {
  open = 0,
  queued = 1,
  deferred = 2,
  delivered = 3,
  relayed = 4,
  expanded = 5,  // others stand behind the address
  redirected = 6,
  discarded = 7,
  refused = 8,
  failed = 9,
  removed = 10,
  held = 11,
};

// As bits.
using Marks = std::uint8_t;
inline constexpr Marks k_junk = 1, k_virus = 2;

// What is known when a message comes, or is refused.
struct Arrival {
  std::string protocol;  // smtp, submission, lmtp; server: made here
  std::string client;    // its address
  std::string hello;
  std::string tls;      // version and cipher; empty: none
  std::string account;  // who signed in
  std::string sender;   // reverse-path; empty: <>
  std::string message_id;
  std::string subject;  // decoded
  std::uint64_t size = 0;
  std::vector<std::string> recipients;  // as given
};

struct Step {
  What what = What::received;
  std::string trace;      // id of the message; empty: refused before it had one
  UtcSeconds arrived{};   // when the message came; 0: just now
  std::string recipient;  // whom it concerns; empty: the message
  std::string asked;      // the address that led to the recipient; empty: his own
  std::string status;     // RFC 3463, or the code of a reply
  std::string text;       // words: of a check, of the other side, the reason
  std::string place;      // where: account and folder, or the other host
  std::uint64_t queue_id = 0;
  Marks marks = 0;
  std::unique_ptr<Arrival> arrival = {};  // with received, and what is refused before it came
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void note(Step step) noexcept = 0;  // any thread
};

// Where there may be none.
inline void note(Sink* sink, Step step) {
  if (sink != nullptr) sink->note(std::move(step));
}

std::string_view name_of(What what) noexcept;    // "received", ...
std::string_view name_of(State state) noexcept;  // "waiting" for open and queued, ...
// What is known of a recipient after this step; `before`, where it says nothing of him.
State state_after(State before, What what) noexcept;

// An address as it is kept and looked for: "example.test@anna", in lower case; "" for <>.
std::string key_of(std::string_view address);
std::string address_of(std::string_view key);          // the way back
std::string_view domain_of_key(std::string_view key);  // "example.test"

}  // namespace kontor::message_trace
