// SPDX-License-Identifier: GPL-3.0-or-later
// Queue: mail on its way to others, kept until each recipient's fate is known and told.
//
// Promise: what add() took is on disk and is tried by queue.first_retry, doubling to
// queue.longest_retry, until it is delivered or its lifetime is over; then its sender gets a notice
// (RFC 3464) as his NOTIFY asks. A fate is on disk before the next piece of that message is taken,
// so that a crash repeats at most what was handed over in that moment (RFC 5321, 4.5.4.1: SMTP
// itself allows it). Kept in DATA/queue as one log of the same frames as a mailbox
// (docs/formats/queue.md); bodies stay on disk, memory holds a row a message. Disk space comes back
// when messages end, however long one of them stays. Failure: no_space (below queue.reserve,
// nothing was taken), io_error (the queue is closed until restart; mail to others is refused for
// the time being). Threads: any; what waits is a Task.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "server/queue/message.hpp"
#include "server/queue/transport.hpp"

namespace kontor::io {
class FileSystem;  // base/io/file_system.hpp
}
namespace kontor::message_trace {
class Sink;  // server/message_trace/step.hpp
}

namespace kontor::queue {

// What the queue is built on; all of it outlives the queue.
struct QueueEnvironment {
  io::FileSystem& files;
  boost::asio::any_io_executor executor;
  const config::Settings& settings;
  log::Context log;
  const Clock& clock = system_clock();
  // What every message gets before it is kept, by Envelope::is_ours: its bytes as they will be
  // sent. Notices of the queue are ours. Unset: nothing.
  std::function<Task<std::string>(bool is_ours, std::string bytes)> dress = {};
  message_trace::Sink* trace = nullptr;  // nullptr: nobody is told
  // DATA/badmail: where what can be neither delivered nor returned is kept; empty: nowhere.
  std::string bad_mail = {};
};

struct QueueOptions {
  std::uint64_t segment_size = 8U << 20U;  // of one log; space comes back log by log
};

// For the administrator.
struct RecipientInfo {
  Recipient recipient;
  bool is_done = false;
  Fate fate = Fate::deferred;
  std::uint32_t tries = 0;
  UtcSeconds next_try{};
  Outcome last;
  std::string route;     // the row of queue.routes it goes by; empty: none
  bool is_held = false;  // until it is asked for
};
struct MessageInfo {
  MessageId id = 0;
  Envelope envelope;
  std::vector<RecipientInfo> recipients;
};
struct QueueTotals {
  std::uint64_t messages = 0, recipients = 0, bytes = 0, active = 0;
  std::uint64_t disk_bytes = 0;
  UtcSeconds oldest{};
  std::string problem;  // the disk's error that closed the queue until restart; empty: it works
};

class Queue {
 public:
  // `folder` is DATA/queue, made when missing. Reads what is there; nothing is tried before
  // start(). Blocking.
  // busy: another process has it.
  static Result<std::unique_ptr<Queue>> open(QueueEnvironment environment,
                                             std::string folder,
                                             QueueOptions options = {});
  virtual ~Queue() = default;

  // Durable when it returns. The destination of each recipient is asked of the transport.
  virtual Task<Result<MessageId>> add(Envelope envelope,
                                      std::vector<Recipient> recipients,
                                      std::string bytes) = 0;
  // Tries it once, now, keeping nothing: what became of each recipient, in order. Nothing: it is to
  // be added, because it is not for one destination that wants that (DestinationRules::is_direct),
  // may not go now, or as many connections as are allowed there are open.
  virtual Task<std::optional<std::vector<Outcome>>> hand_over(Envelope envelope,
                                                              std::vector<Recipient> recipients,
                                                              std::string bytes) = 0;
  // A notice to the sender about recipients that never entered the queue (delivered to mailboxes
  // here with NOTIFY=SUCCESS). Nothing when nobody asked.
  virtual Task<Result<void>> tell(Envelope envelope,
                                  std::vector<Recipient> recipients,
                                  std::vector<Outcome> outcomes,
                                  std::string bytes) = 0;

  virtual void start(Transport& transport) = 0;  // outlives the queue
  // No new work; what is under way gets `patience`, then is cancelled. The queue can still take
  // mail until close().
  virtual Task<void> stop(std::chrono::milliseconds patience) = 0;
  virtual Task<void> close() = 0;

  virtual void wake() = 0;  // looks at the clock at once: it was set

  virtual QueueTotals totals() const = 0;
  // At most `most`, oldest first, of those whose sender, recipient or destination has `filter` in
  // it.
  virtual std::vector<MessageInfo> list(std::string filter, std::size_t most) const = 0;
  virtual Result<MessageInfo> find(MessageId id) const = 0;  // not_found
  // The message of that trace id. Looks at each that is there.
  virtual std::optional<MessageId> find_trace(std::string trace) const = 0;
  virtual Task<Result<std::string>> read(MessageId id) = 0;  // its bytes
  // Due now: how many; but what its sender or its route holds. A queue that was closed by its disk
  // tries nothing and says why.
  virtual Task<Result<std::uint64_t>> retry(std::string filter) = 0;
  virtual Task<Result<void>> retry_one(MessageId id) = 0;  // whoever holds it
  // Ends it; with `tell`, its sender gets a failure notice.
  virtual Task<Result<void>> remove(MessageId id, bool tell) = 0;
  // Nothing is tried for recipients of this domain until it is resumed, also after a restart; what
  // is under way ends. Meanwhile their time does not run out. "*" is every domain. bad_input: no
  // name of a domain.
  virtual Task<Result<void>> pause(std::string domain) = 0;
  // Its mail is due now. not_found: it was not paused.
  virtual Task<Result<void>> resume(std::string domain) = 0;
  virtual std::vector<std::string> paused() const = 0;
  // Mail held for this domain (DestinationRules::is_held), with `below` for all below it too, is
  // due now: for how many recipients. not_found: mail for it is not held. A queue that was closed
  // by its disk says why.
  virtual Task<Result<std::uint64_t>> release(std::string domain, bool below) = 0;
};

}  // namespace kontor::queue
