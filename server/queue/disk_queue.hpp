// SPDX-License-Identifier: GPL-3.0-or-later
// DiskQueue: the Queue over one log (docs/formats/queue.md).
//
// One mutex guards table, schedule and the order of appends. A frame and what it changes in memory
// are one step under it, so that memory is always what replaying the log so far would give; only a
// new message waits for its durability before anybody may try it. Answers wait for durability
// outside. Reports run as tasks of their own: a run that is cancelled meanwhile does not undo them.
#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <set>

#include "base/core/guarded.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/net/signal.hpp"
#include "base/net/task_group.hpp"
#include "server/queue/await.hpp"
#include "server/queue/queue.hpp"
#include "server/queue/schedule.hpp"
#include "store/log/account_log.hpp"
#include "store/log/device.hpp"
#include "store/log/sync_pool.hpp"

namespace kontor::queue {

class DiskQueue final : public Queue {
 public:
  DiskQueue(QueueEnvironment environment, std::string folder, QueueOptions options);
  ~DiskQueue() override;
  Result<void> load();  // blocking

  Task<Result<MessageId>> add(Envelope envelope,
                              std::vector<Recipient> recipients,
                              std::string bytes) override;
  Task<std::optional<std::vector<Outcome>>> hand_over(Envelope envelope,
                                                      std::vector<Recipient> recipients,
                                                      std::string bytes) override;
  Task<Result<void>> tell(Envelope envelope,
                          std::vector<Recipient> recipients,
                          std::vector<Outcome> outcomes,
                          std::string bytes) override;
  void start(Transport& transport) override;
  Task<void> stop(std::chrono::milliseconds patience) override;
  Task<void> close() override;
  void wake() override;
  QueueTotals totals() const override;
  std::vector<MessageInfo> list(std::string filter, std::size_t most) const override;
  Result<MessageInfo> find(MessageId id) const override;
  std::optional<MessageId> find_trace(std::string trace) const override;
  Task<Result<std::string>> read(MessageId id) override;
  Task<Result<std::uint64_t>> retry(std::string filter) override;
  Task<Result<void>> retry_one(MessageId id) override;
  Task<Result<void>> remove(MessageId id, bool tell) override;
  Task<Result<void>> pause(std::string domain) override;
  Task<Result<void>> resume(std::string domain) override;
  std::vector<std::string> paused() const override;
  Task<Result<std::uint64_t>> release(std::string domain, bool below) override;

 private:
  friend class Run;
  friend class HandOver;
  // A message on its way into the log.
  struct NewMessage {
    Head head;
    std::string bytes;
    MessageId id = 0;  // set when it is appended
  };
  // What became of some recipients of one message.
  struct Settlement {
    MessageId id = 0;
    std::vector<std::uint32_t> recipients;
    std::vector<Outcome> outcomes;  // of each
  };
  // Settlements that become durable together, and what they bring about.
  struct Verdicts {
    FatesFrame fates;
    RemovedFrame removed;
    std::vector<NewMessage> notices;
    std::vector<std::function<void()>> events;  // emitted when it is durable
    bool is_host_down = false;
  };
  // A message that was written again further on.
  struct Moved {
    MessageId id = 0;
    store::LogPosition from;
    store::LogPosition to;
    std::uint64_t frame_size = 0;
  };
  struct Core {
    explicit Core(const config::Queue& settings) : schedule(settings, table) {}
    Table table;
    Schedule schedule;
    std::shared_ptr<store::AccountLog> log;  // shared with reads under way
    std::optional<Error> error;
    bool is_closed = false;
    bool is_reclaiming = false;
    std::uint32_t blocked_log = 0;  // cannot be carried on: a message in it cannot be read
    std::set<std::string> paused;   // domains
  };

  // --- under the lock (disk_queue.cpp)
  Result<store::Appended> append(Core& core, std::vector<store::NewFrame> frames, Done done);
  // The frames and a frame for each message; these are due when all of it is durable.
  Result<std::vector<MessageId>> append_messages(Core& core,
                                                 std::vector<store::NewFrame> frames,
                                                 std::vector<NewMessage> messages,
                                                 Done done);
  void place(Core& core, MessageId id, store::LogPosition position, NewMessage message);
  void become_due(const std::vector<MessageId>& ids);
  void erase(Core& core, MessageId id);
  std::vector<MessageId> matching(const Core& core, const std::string& filter) const;
  void assign(Core& core, Row& row) const;
  // Now, or as soon as nobody holds it; with `whoever_holds_it` now.
  void make_due(Core& core, MessageId id, bool whoever_holds_it = false);

  Task<std::string> dressed(Envelope& envelope, std::string bytes) const;

  // --- paused domains (pause.cpp)
  void load_paused();
  Task<Result<void>> set_paused(std::string domain, bool is_paused);
  void reassign(Core& core, const std::string& domain);
  std::uint64_t release_now(Core& core, const std::string& domain, bool below);

  // --- recovery (load.cpp)
  Result<void> replay(const store::FrameHeader& header,
                      const store::LogPosition& position,
                      std::string_view payload);
  Result<void> replay_message(MessageId id,
                              const MessageFrame& frame,
                              store::LogPosition position,
                              std::uint64_t frame_size);
  void report(const store::ReplayReport& found);

  // --- fates (settle.cpp)
  void judge(const Core& core, Settlement& one, const Row& row, UtcSeconds now) const;
  void trace_fate(Verdicts& verdicts, const Head& head, const FateRow& fate) const;
  UtcSeconds next_try_of(const Core& core,
                         MessageId id,
                         const Row& row,
                         const Destination* destination,
                         std::uint32_t tries) const;
  bool is_delay_due(const Core& core, const Row& row, UtcSeconds now) const;
  Task<void> settle_one(Settlement one, std::shared_ptr<Verdicts> verdicts);
  Task<Result<void>> settle(std::vector<Settlement> all, std::shared_ptr<Verdicts> verdicts);
  Task<Result<void>> settle_detached(std::vector<Settlement> all, Verdicts verdicts);
  Task<void> settle_and_call(std::vector<Settlement> all,
                             std::shared_ptr<Verdicts> verdicts,
                             Done done);
  Task<Result<void>> defer_all(Destination& destination, std::vector<Taken> taken, Outcome why);
  Task<Result<void>> commit(std::shared_ptr<Verdicts> verdicts);
  void apply(Core& core, Verdicts& verdicts);
  Task<void> keep_bad(MessageId id,
                      const Head& head,
                      const std::vector<Recipient>& recipients,
                      const std::vector<Outcome>& outcomes);
  void log_fate(Verdicts& verdicts, const Head& head, const FateRow& fate) const;
  void add_notices(Verdicts& verdicts,
                   const Envelope& envelope,
                   const std::vector<Recipient>& recipients,
                   const std::vector<Outcome>& outcomes,
                   std::string_view bytes) const;

  // --- space (reclaim.cpp; grant: disk_queue.cpp)
  Task<Result<void>> grant(std::uint64_t bytes);
  std::optional<std::uint32_t> garbage(const Core& core) const;
  void reclaim_later(Core& core);
  void reclaim();
  bool carry(store::AccountLog& log, std::uint32_t number);
  void settle_carried(const std::vector<Moved>& moved);

  // --- while a client waits (hand_over.cpp)
  std::string direct_destination(const Envelope& envelope,
                                 const std::vector<Recipient>& recipients) const;
  void told(const Envelope& envelope, const Recipient& recipient, const Outcome& outcome) const;

  // --- running (run.cpp)
  Task<void> keep_schedule();
  Task<void> run(Destination& destination);

  const QueueEnvironment environment_;
  const config::Queue& settings_;
  const std::string folder_;
  const QueueOptions options_;
  log::Context log_;
  std::unique_ptr<io::FileLock> lock_;
  std::atomic<std::int64_t> credit_ = 0;  // bytes that may be taken without asking the disk
  std::atomic<std::int64_t> asked_ = 0;
  std::atomic<Transport*> transport_ = nullptr;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<bool> is_pausing_ = false;  // the list of paused domains is being written
  net::Signal changed_;                   // the schedule
  net::TaskGroup runs_;
  net::TaskGroup reports_;
  // Taken down the other way round: jobs of the disk pool use the core, whose log uses the sync
  // pool.
  store::SyncPool sync_{1};
  Guarded<Core> core_;
  io::DiskPool disk_{2};
};

}  // namespace kontor::queue
