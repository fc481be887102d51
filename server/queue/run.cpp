// SPDX-License-Identifier: GPL-3.0-or-later
// The task that starts runs when something is due, and the work that one run of a transport does.
#include <algorithm>
#include <boost/asio/strand.hpp>

#include "server/queue/disk_queue.hpp"

namespace kontor::queue {
namespace {

constexpr std::chrono::seconds k_longest_sleep{60};  // the clock may have been set meanwhile
constexpr net::Limit k_cut{10'000};                  // for runs that were cancelled

}  // namespace

class Run final : public Work {
 public:
  Run(DiskQueue& queue, Destination& destination) : queue_(queue), destination_(destination) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() override {
    const auto now = queue_.environment_.clock.now();
    queue_.core_.with([&](auto& core) {
      for (const auto& [id, taken] : open_) core.schedule.give_back(destination_, taken, now);
      core.schedule.run_ended(destination_, has_worked_, now);
    });
    queue_.changed_.raise();
  }

  std::optional<Piece> next() override {
    std::optional<Piece> piece;
    const bool may_go_on = !is_stopping() && given_ < queue_.settings_.max_messages_per_connection;
    const auto now = queue_.environment_.clock.now();
    queue_.core_.with([&](auto& core) {
      core.schedule.run_asks(destination_);
      auto taken = may_go_on && !core.error ? core.schedule.take(destination_, now) : std::nullopt;
      if (!taken) return;
      if (open_.contains(taken->id))  // the run still has others of this message in its hands
        return core.schedule.give_back(destination_, *taken, now + std::chrono::seconds(1));
      auto head = head_of(*core.table.find(taken->id));
      piece.emplace();
      piece->id = taken->id;
      for (const auto index : taken->recipients) {
        piece->recipients.push_back(std::move(head.recipients[index]));
        piece->recipients.back().destination = destination_.name;
      }
      piece->envelope = std::make_shared<const Envelope>(std::move(head.envelope));
      open_.emplace(taken->id, *std::move(taken));
      ++given_;
    });
    queue_.changed_.raise();  // another run may start beside this one
    return piece;
  }

  Task<Result<std::string>> read(const Piece& piece) override { return queue_.read(piece.id); }

  Task<Result<void>> report(const Piece& piece, std::vector<Outcome> outcomes) override {
    const auto found = open_.find(piece.id);
    if (found == open_.end() || outcomes.size() != piece.recipients.size())
      co_return fail(Errc::internal, "a report that fits no piece");
    DiskQueue::Settlement one;
    one.id = piece.id;
    one.recipients = std::move(found->second.recipients);
    one.outcomes = std::move(outcomes);
    open_.erase(found);
    has_worked_ = true;
    std::vector<DiskQueue::Settlement> all;
    all.push_back(std::move(one));
    co_return co_await queue_.settle_detached(std::move(all), DiskQueue::Verdicts());
  }

  Task<Result<void>> defer_all(Outcome why) override {
    std::vector<Taken> taken;
    for (auto& [id, one] : open_) taken.push_back(std::move(one));
    open_.clear();
    has_worked_ = true;
    return queue_.defer_all(destination_, std::move(taken), std::move(why));
  }

  bool is_stopping() const override { return queue_.is_stopping_; }

 private:
  DiskQueue& queue_;
  Destination& destination_;
  std::map<MessageId, Taken> open_;
  std::uint32_t given_ = 0;
  bool has_worked_ = false;
};

Task<void> DiskQueue::run(Destination& destination) {
  Run work(*this, destination);
  const bool is_held = core_.with([&](Core&) { return destination.is_held(); });
  if (!is_held) co_return co_await transport_.load()->deliver(destination.name, work);
  Outcome why;           // its time is over, or its sender is told: nothing else becomes due there
  why.status = "4.4.0";  // RFC 3463: other network or routing status
  why.reason = "it is held until its domain asks for it (ETRN)";
  (void)co_await work.defer_all(std::move(why));
}

Task<void> DiskQueue::keep_schedule() {
  while (!is_stopping_) {
    const auto now = environment_.clock.now();
    std::vector<Destination*> started;
    const auto next = core_.with([&](Core& core) -> std::optional<UtcSeconds> {
      if (core.error) return std::nullopt;
      while (Destination* destination = core.schedule.start_one(now))
        started.push_back(destination);
      return core.schedule.next_start();
    });
    for (auto* destination : started)
      runs_.spawn(boost::asio::make_strand(environment_.executor), run(*destination));
    auto sleep = k_longest_sleep;
    if (next) sleep = std::clamp(*next - now, std::chrono::seconds(0), k_longest_sleep);
    (void)co_await changed_.wait(sleep);
  }
}

void DiskQueue::start(Transport& transport) {
  transport_ = &transport;
  core_.with([&](Core& core) {
    core.schedule.set_rules([&transport](std::string_view name) { return transport.rules(name); });
    for (auto& [id, row] : core.table.rows()) {
      assign(core, row);
      if (!row.is_durable) continue;
      for (const auto& one : row.recipients)
        if (one.stage == Stage::waiting) core.schedule.expect(id, one);
    }
  });
  reports_.spawn(boost::asio::make_strand(environment_.executor), keep_schedule());
}

void DiskQueue::wake() { changed_.raise(); }

Task<void> DiskQueue::stop(std::chrono::milliseconds patience) {
  is_stopping_ = true;
  changed_.raise();
  const bool is_done = co_await runs_.wait_empty(patience);
  if (!is_done) {
    runs_.cancel();
    (void)co_await runs_.wait_empty(k_cut);
  }
  (void)co_await reports_.wait_empty(k_cut);
}

Task<void> DiskQueue::close() {
  auto log = core_.with([](Core& core) {
    core.is_closed = true;
    return std::exchange(core.log, nullptr);
  });
  auto last = [log = std::move(log)]() mutable { log.reset(); };  // waits for what was appended
  co_await io::on_pool(disk_, std::move(last));
}

}  // namespace kontor::queue
