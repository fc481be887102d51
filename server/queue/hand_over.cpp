// SPDX-License-Identifier: GPL-3.0-or-later
// A message that its client waits for: one run of the transport with work of its own, which is in
// memory alone. The run counts among those of its destination.
#include <algorithm>

#include "base/core/mail_domain.hpp"
#include "base/log/events/queue.hpp"
#include "server/queue/disk_queue.hpp"
#include "server/queue/notice.hpp"
#include "server/queue/paused.hpp"
#include "server/queue/traced.hpp"

namespace kontor::queue {

using log::Keys;
namespace events = log::events;

class HandOver final : public Work {
 public:
  // Its end ends the run of `destination`.
  HandOver(DiskQueue& queue, Destination& destination, Piece piece, std::string bytes)
      : queue_(queue),
        destination_(destination),
        piece_(std::move(piece)),
        bytes_(std::move(bytes)),
        outcomes_(piece_->recipients.size(), not_tried()) {}
  HandOver(const HandOver&) = delete;
  HandOver& operator=(const HandOver&) = delete;
  ~HandOver() override {
    const auto now = queue_.environment_.clock.now();
    queue_.core_.with([&](auto& core) {
      if (is_unreachable_) core.schedule.unreachable(destination_, now);
      if (is_through()) core.schedule.got_through(destination_, now);
      core.schedule.run_ended(destination_, true, now);
    });
    queue_.changed_.raise();
  }

  std::optional<Piece> next() override {
    return is_stopping() ? std::nullopt : std::exchange(piece_, std::nullopt);
  }
  Task<Result<std::string>> read(const Piece& /*piece*/) override { co_return bytes_; }
  Task<Result<void>> report(const Piece& /*piece*/, std::vector<Outcome> outcomes) override {
    if (outcomes.size() != outcomes_.size())
      co_return fail(Errc::internal, "a report that fits no piece");
    outcomes_ = std::move(outcomes);
    co_return Result<void>();
  }
  Task<Result<void>> defer_all(Outcome why) override {
    why.fate = Fate::deferred;
    std::ranges::fill(outcomes_, why);
    is_unreachable_ = true;
    co_return Result<void>();
  }
  bool is_stopping() const override { return queue_.is_stopping_; }

  const std::vector<Outcome>& outcomes() const noexcept { return outcomes_; }

 private:
  static Outcome not_tried() {
    Outcome out;
    out.status = "4.3.2";  // RFC 3463: system not accepting network messages
    out.reason = "it was not tried: the server stops";
    return out;
  }
  bool is_through() const {
    return std::ranges::any_of(outcomes_, [](const Outcome& one) {
      return one.fate == Fate::relayed || (one.fate == Fate::failed && !one.diagnostic.empty());
    });
  }

  DiskQueue& queue_;
  Destination& destination_;
  std::optional<Piece> piece_;
  std::string bytes_;
  std::vector<Outcome> outcomes_;
  bool is_unreachable_ = false;
};

// The one destination of all recipients, when it wants such mail now; empty: none.
std::string DiskQueue::direct_destination(const Envelope& envelope,
                                          const std::vector<Recipient>& recipients) const {
  const Transport* transport = transport_;
  if (transport == nullptr || is_stopping_ || recipients.empty()) return {};
  const bool has_time = envelope.deliver_by.time_since_epoch().count() != 0;
  if (has_time || envelope.release > environment_.clock.now()) return {};
  auto destination = transport->destination(recipients.front().address);
  if (destination == k_local || !transport->rules(destination).is_direct) return {};
  const auto paused = core_.with([](const Core& core) { return core.paused; });
  const bool is_one = std::ranges::all_of(recipients, [&](const Recipient& one) {
    return transport->destination(one.address) == destination && !is_paused_in(paused, one.address);
  });
  return is_one ? destination : std::string();
}

void DiskQueue::told(const Envelope& envelope,
                     const Recipient& recipient,
                     const Outcome& outcome) const {
  if (outcome.fate != Fate::relayed) return;  // the client is told, and whoever tells him logs it
  log_.emit(events::k_queue_recipient_relayed, {{Keys::trace, envelope.trace},
                                                {Keys::sender, envelope.sender},
                                                {Keys::address, recipient.address},
                                                {Keys::host, outcome.remote},
                                                {Keys::reply, outcome.diagnostic}});
  if (environment_.trace != nullptr)
    environment_.trace->note(fate_step(0, envelope, recipient, outcome, std::chrono::seconds(0)));
}

Task<std::optional<std::vector<Outcome>>> DiskQueue::hand_over(Envelope envelope,
                                                               std::vector<Recipient> recipients,
                                                               std::string bytes) {
  const auto name = direct_destination(envelope, recipients);
  if (name.empty()) co_return std::nullopt;
  auto sent = std::make_shared<Envelope>(std::move(envelope));
  bytes = co_await dressed(*sent, std::move(bytes));
  sent->size = bytes.size();
  Piece piece{0, sent, recipients};
  for (auto& one : piece.recipients) one.destination = name;
  auto* destination = core_.with([&](Core& core) { return core.schedule.start_beside(name); });
  if (destination == nullptr) co_return std::nullopt;
  HandOver work(*this, *destination, std::move(piece), std::move(bytes));
  auto* transport = transport_.load();
  co_await transport->deliver(name, work);
  auto outcomes = work.outcomes();
  const auto route = transport->rules(name).route;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    outcomes[i].route = route;
    told(*sent, recipients[i], outcomes[i]);
  }
  co_return outcomes;
}

}  // namespace kontor::queue
