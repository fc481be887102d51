// SPDX-License-Identifier: GPL-3.0-or-later
// Transport: how mail leaves the queue. The queue knows nothing of SMTP, DNS or mailboxes; app
// plugs transports in.
//
// For every destination with due recipients the queue runs deliver() in as many coroutines as the
// limits allow. A run takes work until there is none and reports each piece; so that a connection
// serves many messages. A destination that hangs holds its own runs only.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "server/queue/message.hpp"

namespace kontor::queue {

// One message for due recipients of one destination, in the hands of one run.
struct Piece {
  MessageId id = 0;
  std::shared_ptr<const Envelope> envelope;
  std::vector<Recipient> recipients;
};

// The work of one run. Given back unreported (the run ended, or was cancelled), a piece is due
// again at once.
class Work {
 public:
  virtual ~Work() = default;
  // The next piece; nothing: no more is due, or the limit of messages in one run is reached.
  virtual std::optional<Piece> next() = 0;
  // The bytes of the message, as they will be sent. Reads the disk.
  virtual Task<Result<std::string>> read(const Piece& piece) = 0;
  // One outcome a recipient, in order. What is reported is durable when it returns, and notices
  // that it makes necessary are in the queue.
  virtual Task<Result<void>> report(const Piece& piece, std::vector<Outcome> outcomes) = 0;
  // Everything of this destination that is due now is deferred: the host cannot be reached, so that
  // the next piece would fail the same way. Makes one log line and one schedule for all.
  virtual Task<Result<void>> defer_all(Outcome why) = 0;
  // The server stops: finish what is under way, take nothing new.
  virtual bool is_stopping() const = 0;
};

// What holds for one destination instead of the settings of the queue; absent: as they say.
struct DestinationRules {
  std::string route;  // the row of queue.routes that says so, by its domain; empty: none
  std::optional<std::uint32_t> connections;
  std::optional<std::uint32_t> per_minute;  // messages
  std::optional<std::chrono::seconds> first_try, first_retry, longest_retry, lifetime;
  bool is_held = false;    // tried only when somebody asks for it: Queue::release()
  bool is_direct = false;  // tried while the client waits: Queue::hand_over()
};

class Transport {
 public:
  virtual ~Transport() = default;
  // The key of the route a recipient takes: those with one key share connections and retries, such
  // as "example.com", "relay:smart.example:587" or "local". Pure, memory only.
  virtual std::string destination(std::string_view address) const = 0;
  // The same for good. Pure, memory only.
  virtual DestinationRules rules(std::string_view /*destination*/) const { return {}; }
  // Takes work and reports it until there is none. Never throws; must end soon when cancelled.
  virtual Task<void> deliver(std::string destination, Work& work) = 0;
};

}  // namespace kontor::queue
