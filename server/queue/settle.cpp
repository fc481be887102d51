// SPDX-License-Identifier: GPL-3.0-or-later
// What became of recipients: judged (is its time over?), told to the sender, written, applied. The
// fates and the notices that they cause are one append: after a crash there are both or neither.
#include <algorithm>
#include <boost/asio/strand.hpp>

#include "base/log/events/queue.hpp"
#include "server/queue/apply.hpp"
#include "server/queue/bad_mail.hpp"
#include "server/queue/disk_queue.hpp"
#include "server/queue/notice.hpp"
#include "server/queue/traced.hpp"

namespace kontor::queue {

using log::Keys;
namespace events = log::events;

namespace {

// Recipients of one destination that are told to the message trace when all of its mail waits: a
// backlog of a million would drive out what happens to others.
constexpr std::size_t k_most_traced = 2'000;

const log::EventKind& event_of(Fate fate) {
  switch (fate) {
    case Fate::delivered:
      return events::k_queue_recipient_delivered;
    case Fate::relayed:
      return events::k_queue_recipient_relayed;
    case Fate::deferred:
      return events::k_queue_recipient_deferred;
    case Fate::failed:
      break;
  }
  return events::k_queue_recipient_failed;
}

}  // namespace

// The message of a recipient still tried when its time is over fails with the last reason.
void DiskQueue::judge(const Core& core, Settlement& one, const Row& row, UtcSeconds now) const {
  for (std::size_t i = 0; i < one.outcomes.size(); ++i) {
    auto& outcome = one.outcomes[i];
    const auto* destination = row.recipients[one.recipients[i]].destination;
    if (destination != nullptr && destination->rules) outcome.route = destination->rules->route;
    const auto end = core.schedule.ends(row, destination);
    outcome.retried_until = end;
    if (outcome.fate != Fate::deferred || now < end) continue;
    outcome.fate = Fate::failed;
    // RFC 3463, 3.5: delivery time expired; of a time that the sender set it is final (RFC 2852,
    // 4.2).
    const bool is_by = row.is_by_return && end == row.deliver_by;
    outcome.status = is_by ? "5.4.7" : "4.4.7";
    outcome.reason =
        (is_by ? "it could not be delivered by the time its sender set; the last time: "
               : "it was tried for too long; the last time: ") +
        (outcome.reason.empty() ? outcome.diagnostic : outcome.reason);
  }
}

UtcSeconds DiskQueue::next_try_of(const Core& core,
                                  MessageId id,
                                  const Row& row,
                                  const Destination* destination,
                                  std::uint32_t tries) const {
  const auto now = environment_.clock.now();
  const auto end = core.schedule.ends(row, destination);
  const bool is_held = destination != nullptr && destination->rules && destination->rules->is_held;
  auto next = is_held ? end : core.schedule.next_try(destination, tries, now, id);
  const auto until = [&](UtcSeconds time) {
    if (time > now) next = std::min(next, time);
  };
  until(end);
  if (const auto told_at = core.schedule.told_at(row)) until(*told_at);
  return next;
}

// RFC 3464 and RFC 3461, 4.1: once a message, and only to who wants to know.
bool DiskQueue::is_delay_due(const Core& core, const Row& row, UtcSeconds now) const {
  const auto told_at = core.schedule.told_at(row);
  return told_at && now >= *told_at;
}

namespace {

// RFC 2852, 4.2: who asked for DELIVERBY hears of a delay, and of a host that knows nothing of it,
// unless he never wants to hear anything.
void ask_by(const Envelope& envelope, const Outcome& outcome, bool is_delay, Recipient& recipient) {
  if (envelope.deliver_by.time_since_epoch().count() == 0 || recipient.notify == k_notify_never)
    return;
  if (is_delay && !envelope.is_by_return) recipient.notify |= k_notify_delay;
  const bool is_traced = outcome.is_by_lost || envelope.is_by_trace;
  if (outcome.fate == Fate::relayed && is_traced) recipient.notify |= k_notify_success;
}

}  // namespace

// Adds the fates of one message to the verdicts, and the notices that are due.
Task<void> DiskQueue::settle_one(Settlement one, std::shared_ptr<Verdicts> verdicts) {
  const auto now = environment_.clock.now();
  bool is_delay = false;
  const auto first_row = verdicts->fates.rows.size();
  const auto head = core_.with([&](Core& core) -> std::optional<Head> {
    Row* row = core.table.find(one.id);
    if (row == nullptr) return std::nullopt;
    judge(core, one, *row, now);
    const bool is_any_deferred =
        std::ranges::count(one.outcomes, Fate::deferred, &Outcome::fate) > 0;
    is_delay = is_any_deferred && is_delay_due(core, *row, now);
    if (is_delay) {
      row->is_delay_told = true;
      verdicts->fates.delay_told.push_back(one.id);
    }
    for (std::size_t i = 0; i < one.recipients.size(); ++i) {
      const auto& state = row->recipients[one.recipients[i]];
      FateRow fate;
      fate.id = one.id;
      fate.recipient = one.recipients[i];
      fate.mark.fate = one.outcomes[i].fate;
      fate.mark.tries = state.tries + 1U;
      if (fate.mark.fate == Fate::deferred)
        fate.mark.next_try = next_try_of(core, one.id, *row, state.destination, fate.mark.tries);
      verdicts->fates.outcomes.push_back(one.outcomes[i]);
      fate.mark.outcome = static_cast<std::uint32_t>(verdicts->fates.outcomes.size());
      verdicts->fates.rows.push_back(fate);
    }
    return head_of(*row);
  });
  if (!head) co_return;  // removed meanwhile
  std::vector<Recipient> recipients;
  for (std::size_t i = 0; i < one.recipients.size(); ++i) {
    recipients.push_back(head->recipients[one.recipients[i]]);
    log_fate(*verdicts, *head, verdicts->fates.rows[first_row + i]);
  }
  if (!is_delay)  // deferred recipients are none of the sender's business yet
    for (std::size_t i = 0; i < recipients.size(); ++i)
      if (one.outcomes[i].fate == Fate::deferred) recipients[i].notify &= ~k_notify_delay;
  for (std::size_t i = 0; i < recipients.size(); ++i)
    ask_by(head->envelope, one.outcomes[i], is_delay, recipients[i]);
  if (head->envelope.sender.empty())
    co_return co_await keep_bad(one.id, *head, recipients, one.outcomes);
  const auto is_told = [&](std::size_t i) { return wants_notice(recipients[i], one.outcomes[i]); };
  bool is_any_told = false;
  for (std::size_t i = 0; i < recipients.size(); ++i) is_any_told = is_any_told || is_told(i);
  if (!is_any_told) co_return;
  const auto bytes = co_await read(one.id);
  add_notices(*verdicts, head->envelope, recipients, one.outcomes, bytes ? *bytes : std::string());
}

// What failed and has nobody to be returned to.
Task<void> DiskQueue::keep_bad(MessageId id,
                               const Head& head,
                               const std::vector<Recipient>& recipients,
                               const std::vector<Outcome>& outcomes) {
  const bool is_any_failed = std::ranges::count(outcomes, Fate::failed, &Outcome::fate) > 0;
  if (environment_.bad_mail.empty() || settings_.bad_mail == 0 || !is_any_failed) co_return;
  const auto name = bad_mail_name(id, head.envelope.arrived);
  const auto report =
      bad_mail_report(id, head.envelope, recipients, outcomes, environment_.clock.now());
  auto bytes = co_await read(id);
  auto keep = [this, name, report, bytes = bytes ? *std::move(bytes) : std::string()] {
    return keep_bad_mail(environment_.files, environment_.bad_mail, name, bytes, report,
                         settings_.bad_mail);
  };
  const auto kept = co_await io::on_pool(disk_, std::move(keep));
  const auto log = log_.with({{Keys::queue_id, id},
                              {Keys::trace, head.envelope.trace},
                              {Keys::file, environment_.bad_mail + "/" + name + ".eml"}});
  if (kept)
    log.emit(events::k_queue_bad_mail_kept);
  else
    log.emit(events::k_queue_bad_mail_failed, kept.error());
}

void DiskQueue::log_fate(Verdicts& verdicts, const Head& head, const FateRow& fate) const {
  const auto& outcome = verdicts.fates.outcomes[fate.mark.outcome - 1];
  const auto waited = environment_.clock.now() - head.envelope.arrived;
  auto log = log_.with({{Keys::queue_id, fate.id},
                        {Keys::trace, head.envelope.trace},
                        {Keys::sender, head.envelope.sender},
                        {Keys::address, head.recipients[fate.recipient].address},
                        {Keys::attempt, fate.mark.tries},
                        {Keys::status, status_of(outcome)}});
  if (!outcome.remote.empty()) log = log.with({{Keys::host, outcome.remote}});
  if (!outcome.diagnostic.empty()) log = log.with({{Keys::reply, outcome.diagnostic}});
  if (!outcome.reason.empty()) log = log.with({{Keys::reason, outcome.reason}});
  const log::EventKind* kind = &event_of(outcome.fate);
  const auto seconds =
      fate.mark.fate == Fate::deferred ? fate.mark.next_try - environment_.clock.now() : waited;
  verdicts.events.emplace_back(
      [log, kind, seconds] { log.emit(*kind, {{Keys::seconds, seconds.count()}}); });
  trace_fate(verdicts, head, fate);
}

void DiskQueue::trace_fate(Verdicts& verdicts, const Head& head, const FateRow& fate) const {
  if (environment_.trace == nullptr) return;
  auto step = std::make_shared<message_trace::Step>(
      fate_step(fate.id, head.envelope, head.recipients[fate.recipient],
                verdicts.fates.outcomes[fate.mark.outcome - 1],
                fate.mark.next_try - environment_.clock.now()));
  verdicts.events.emplace_back(
      [this, step = std::move(step)] { environment_.trace->note(std::move(*step)); });
}

void DiskQueue::add_notices(Verdicts& verdicts,
                            const Envelope& envelope,
                            const std::vector<Recipient>& recipients,
                            const std::vector<Outcome>& outcomes,
                            std::string_view bytes) const {
  NoticeRequest request;
  request.envelope = &envelope;
  request.recipients = &recipients;
  request.outcomes = &outcomes;
  request.original = bytes;
  request.server = environment_.settings.server.name;
  request.now = environment_.clock.now();
  for (auto& made : notices_about(request, settings_)) {
    NewMessage message;
    message.head = std::move(made.head);
    message.bytes = std::move(made.bytes);
    const auto log = log_.with({{Keys::trace, message.head.envelope.trace},
                                {Keys::address, message.head.recipients.front().address},
                                {Keys::detail, "about the message " + envelope.trace}});
    message.head.envelope.is_made_here = true;
    auto steps = std::make_shared<std::vector<message_trace::Step>>();
    if (environment_.trace != nullptr) {
      *steps = queued_steps(message.head.envelope, message.head.recipients, message.bytes);
      steps->push_back(told_step(envelope, message.head.envelope.trace));
    }
    verdicts.events.emplace_back([this, log, steps = std::move(steps)] {
      log.emit(events::k_queue_notice_made);
      for (auto& step : *steps) environment_.trace->note(std::move(step));
    });
    verdicts.notices.push_back(std::move(message));
  }
}

void DiskQueue::apply(Core& core, Verdicts& verdicts) {
  const auto now = environment_.clock.now();
  apply_fates(core.table, verdicts.fates);
  for (const auto& fate : verdicts.fates.rows) {
    Row* row = core.table.find(fate.id);
    if (row == nullptr) continue;
    auto& state = row->recipients[fate.recipient];
    state.is_host_down = verdicts.is_host_down && !state.is_done();
    if (!state.is_done()) {
      core.schedule.expect(fate.id, state);
    } else if (state.destination != nullptr && !verdicts.fates.outcomes.empty()) {
      const auto& outcome = verdicts.fates.outcomes[fate.mark.outcome - 1];
      const bool got_there = outcome.fate != Fate::failed || !outcome.diagnostic.empty();
      if (got_there) core.schedule.got_through(*state.destination, now);
    }
    if (!row->is_done()) continue;
    verdicts.events.emplace_back(
        [log = log_.with({{Keys::queue_id, fate.id},
                          {Keys::trace, head_of(*row).envelope.trace},
                          {Keys::seconds, (now - row->arrived).count()}})] {
          log.emit(events::k_queue_message_ended);
        });
    erase(core, fate.id);
  }
  for (const auto id : verdicts.removed.ids) erase(core, id);
}

Task<Result<void>> DiskQueue::commit(std::shared_ptr<Verdicts> verdicts) {
  if (environment_.dress)
    for (auto& notice : verdicts->notices)
      notice.bytes = co_await environment_.dress(true, std::move(notice.bytes));
  std::move_only_function<void(Done)> start = [this, verdicts](Done done) {
    auto kept = std::make_shared<Done>(std::move(done));
    const auto failed = core_.with([&](Core& core) -> std::optional<Error> {
      std::erase_if(verdicts->fates.rows,
                    [&](const FateRow& row) { return core.table.find(row.id) == nullptr; });
      std::vector<store::NewFrame> frames;
      if (!verdicts->fates.rows.empty())
        frames.push_back({store::FrameType::queue_fates, encode_fates(verdicts->fates)});
      if (!verdicts->removed.ids.empty())
        frames.push_back({store::FrameType::queue_removed, encode_removed(verdicts->removed)});
      if (frames.empty() && verdicts->notices.empty()) {
        (*kept)(Result<void>());
        return std::nullopt;
      }
      const auto ids = append_messages(core, std::move(frames), std::move(verdicts->notices),
                                       [kept](const Result<void>& result) { (*kept)(result); });
      if (!ids) return ids.error();
      apply(core, *verdicts);
      return std::nullopt;
    });
    if (failed) (*kept)(fail(*failed));
  };
  KONTOR_CO_TRY(co_await until_done(std::move(start)));
  for (const auto& event : verdicts->events) event();
  changed_.raise();
  co_return Result<void>();
}

Task<Result<void>> DiskQueue::settle(std::vector<Settlement> all,
                                     std::shared_ptr<Verdicts> verdicts) {
  for (auto& one : all) co_await settle_one(std::move(one), verdicts);
  co_return co_await commit(std::move(verdicts));
}

// As a task of its own, which goes on when the run that reports is cancelled.
Task<Result<void>> DiskQueue::settle_detached(std::vector<Settlement> all, Verdicts verdicts) {
  auto shared = std::make_shared<Verdicts>(std::move(verdicts));
  std::move_only_function<void(Done)> start = [this, all = std::move(all),
                                               shared](Done done) mutable {
    reports_.spawn(boost::asio::make_strand(environment_.executor),
                   settle_and_call(std::move(all), std::move(shared), std::move(done)));
  };
  co_return co_await until_done(std::move(start));
}

Task<void> DiskQueue::settle_and_call(std::vector<Settlement> all,
                                      std::shared_ptr<Verdicts> verdicts,
                                      Done done) {
  const auto result = co_await settle(std::move(all), std::move(verdicts));
  done(result);
}

// Those that need a word to the sender are settled one by one; all others share one outcome, one
// frame and one line of the log.
Task<Result<void>> DiskQueue::defer_all(Destination& destination,
                                        std::vector<Taken> taken,
                                        Outcome why) {
  why.fate = Fate::deferred;
  const auto now = environment_.clock.now();
  std::vector<Settlement> special;
  Verdicts verdicts;
  verdicts.is_host_down = true;
  verdicts.fates.outcomes.push_back(why);
  core_.with([&](Core& core) {
    std::ranges::move(core.schedule.take_all(destination, now), std::back_inserter(taken));
    if (!destination.is_held()) core.schedule.unreachable(destination, now);
    if (destination.rules) verdicts.fates.outcomes.front().route = destination.rules->route;
    for (auto& one : taken) {
      const Row* row = core.table.find(one.id);
      if (row == nullptr) continue;
      const bool is_over = now >= core.schedule.ends(*row, &destination);
      if (is_over || is_delay_due(core, *row, now)) {
        const auto count = one.recipients.size();
        special.push_back({one.id, std::move(one.recipients), std::vector<Outcome>(count, why)});
        continue;
      }
      const bool is_traced =
          environment_.trace != nullptr && verdicts.fates.rows.size() < k_most_traced;
      const auto head = is_traced ? head_of(*row) : Head();
      for (const auto index : one.recipients) {
        FateRow fate;
        fate.id = one.id;
        fate.recipient = index;
        fate.mark.tries = row->recipients[index].tries + 1U;
        fate.mark.next_try = next_try_of(core, one.id, *row, &destination, fate.mark.tries);
        fate.mark.outcome = 1;
        verdicts.fates.rows.push_back(fate);
        if (is_traced) trace_fate(verdicts, head, fate);
      }
    }
  });
  const auto log = log_.with({{Keys::destination, destination.name},
                              {Keys::count, verdicts.fates.rows.size()},
                              {Keys::status, status_of(why)},
                              {Keys::reason, why.reason},
                              {Keys::host, why.remote},
                              {Keys::reply, why.diagnostic}});
  verdicts.events.emplace_back([log] { log.emit(events::k_queue_destination_deferred); });
  return settle_detached(std::move(special), std::move(verdicts));
}

}  // namespace kontor::queue
