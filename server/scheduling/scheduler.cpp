// SPDX-License-Identifier: GPL-3.0-or-later
// Who is told when: before the answer, after what is waiting, or after the next start.
#include "server/scheduling/scheduler.hpp"

#include <algorithm>

#include "base/log/events/scheduling.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/round.hpp"

namespace kontor::scheduling {
namespace {

using calendar::SchedulingMessage;

// Told between two records of how far it came.
constexpr std::size_t k_portion = 64;
// Changes that wait; whoever makes more waits himself.
constexpr std::size_t k_most_waiting = 200;

// The first recipients, as messages of their own.
std::vector<SchedulingMessage> take_portion(Untold& untold) {
  std::vector<SchedulingMessage> out;
  std::size_t left = k_portion;
  while (left > 0 && !untold.messages.empty()) {
    auto& first = untold.messages.front();
    const auto count = std::min(left, first.to.size());
    left -= count;
    if (count == first.to.size()) {
      out.push_back(std::move(first));
      untold.messages.erase(untold.messages.begin());
      continue;
    }
    auto& part = out.emplace_back();
    part.method = first.method;
    part.from = first.from;
    part.calendar = first.calendar;
    const auto end = first.to.begin() + static_cast<std::ptrdiff_t>(count);
    part.to.assign(first.to.begin(), end);
    first.to.erase(first.to.begin(), end);
  }
  return out;
}

}  // namespace

Untold untold_of(const Acting& by,
                 store::FolderId folder,
                 std::vector<calendar::SchedulingMessage> messages) {
  Untold out;
  out.owner = by.owner->id;
  if (by.is_delegate()) out.writer = by.writer->id;
  out.folder = folder;
  out.messages = std::move(messages);
  return out;
}

Task<std::string> Scheduler::deliver(SchedulingMessage message, std::string to, Origin origin) {
  const auto letter = Round::letter_of(std::move(message), origin);
  if (!letter) co_return "5.1";
  Round round(*this);
  auto status = co_await round.tell(*letter, std::move(to));
  co_await round.finish();
  co_return status;
}

Task<Result<void>> Scheduler::record(Untold& untold) {
  if (untold.messages.empty() || environment_.journal == nullptr) co_return Result<void>();
  untold.id = Uuid::random();
  co_return co_await environment_.journal->keep(untold);
}

Task<void> Scheduler::forget(const Untold& untold) {
  if (environment_.journal != nullptr && !untold.id.is_nil())
    co_await environment_.journal->drop(untold.id);
}

// A change of a meeting that is waiting waits behind it: nobody hears of the later one first.
bool Scheduler::takes_later(const Untold& untold, bool is_old) {
  if (!environment_.spawn) return false;
  bool begins = false;
  const bool takes = waiting_.with([&](Waiting& waiting) {
    const bool is_behind = std::ranges::any_of(waiting.untold, [&](const Untold& one) {
      const bool is_same = one.uid == untold.uid || one.uid.empty() || untold.uid.empty();
      return is_same && one.owner == untold.owner;
    });
    const bool is_large = untold.recipients() > k_told_at_once;
    const bool has_room = waiting.untold.size() < k_most_waiting;
    if (!is_old && !is_behind && (!is_large || !has_room)) return false;
    waiting.untold.push_back(untold);
    begins = !std::exchange(waiting.is_running, true);
    return true;
  });
  if (begins) environment_.spawn(tell_waiting());
  return takes;
}

Task<void> Scheduler::tell(Acting by, std::shared_ptr<store::Account> account, Untold untold) {
  if (untold.messages.empty()) co_return;
  if (!takes_later(untold, false))
    co_await tell_now(std::move(by), std::move(account), std::move(untold));
}

Task<void> Scheduler::tell_now(Acting by, std::shared_ptr<store::Account> account, Untold untold) {
  while (!untold.messages.empty()) {
    Round round(*this);
    auto statuses = co_await round.tell_all(by, take_portion(untold));
    if (!untold.name.empty()) co_await write_statuses(*account, untold, std::move(statuses));
    co_await round.finish();
    // The mailboxes may have been closed meanwhile: the older record tells these once more.
    if (is_stopping_) co_return;
    if (untold.messages.empty() || environment_.journal == nullptr) continue;
    static_cast<void>((co_await environment_.journal->keep(untold)).has_value());
  }
  co_await forget(untold);
}

Task<void> Scheduler::tell_waiting() {
  for (;;) {
    auto next = waiting_.with([&](Waiting& waiting) -> std::optional<Untold> {
      if (!waiting.untold.empty() && !is_stopping_) return waiting.untold.front();
      waiting.is_running = false;
      return std::nullopt;
    });
    if (!next) co_return;
    co_await tell_old(*std::move(next));
    waiting_.with([](Waiting& waiting) { waiting.untold.pop_front(); });
  }
}

// By the people as they are now. What cannot be told for now, or of somebody whom the directory
// does not know for now, waits for the next start.
Task<void> Scheduler::tell_old(Untold untold) {
  const auto copy = environment_.directory.current();
  Acting by;
  by.owner = copy->find(untold.owner);
  if (untold.writer) by.writer = copy->find(*untold.writer);
  if (!by.owner) co_return;
  auto account = co_await environment_.store.open_for(binding_of(*by.owner));
  if (!account) {
    environment_.log.emit(log::events::k_schedule_failed,
                          {{log::Keys::principal, untold.owner.text()},
                           {log::Keys::error, name_of(account.error().code())},
                           {log::Keys::detail, account.error().detail()}});
    co_return;
  }
  co_await tell_now(std::move(by), *std::move(account), std::move(untold));
}

Task<void> Scheduler::resume() {
  if (environment_.journal == nullptr) co_return;
  auto left = co_await environment_.journal->load();
  for (const auto& path : left.damaged)
    environment_.log.emit(log::events::k_untold_unreadable, {{log::Keys::file, path}});
  std::size_t people = 0, changes = 0;
  for (auto& untold : left.untold) {
    const auto owner = environment_.directory.current()->find(untold.owner);
    if (!owner) continue;
    const auto account = co_await environment_.store.open_for(binding_of(*owner));
    if (!account) continue;
    if (!was_made(untold, (*account)->view())) {
      co_await forget(untold);
    } else {
      people += untold.recipients();
      ++changes;
      if (!takes_later(untold, true)) co_await tell_old(std::move(untold));
    }
  }
  if (changes > 0)
    environment_.log.emit(log::events::k_untold_resumed,
                          {{log::Keys::count, changes}, {log::Keys::recipients, people}});
}

}  // namespace kontor::scheduling
