// SPDX-License-Identifier: GPL-3.0-or-later
// Each destination keeps a heap of (time, message). Whatever gives a recipient a new time adds an
// entry; entries that are no longer true are dropped when they come up. Destinations wait in two
// sets by the time their first entry is due; a start moves a destination behind those that have
// waited since before, so that a long backlog does not keep the others out.
#include "server/queue/schedule.hpp"

#include <algorithm>

namespace kontor::queue {
namespace {

constexpr std::chrono::seconds k_longest_rest{1'800};  // of a destination that cannot be reached
constexpr std::chrono::seconds k_longest_idle{60};     // of one whose runs do nothing
constexpr std::size_t k_remembered = 4'096;            // destinations without mail
constexpr std::chrono::seconds k_remembered_for{3'600};
constexpr std::chrono::seconds k_minute{60};

// A number that looks random, the same for the same input (the finalizer of SplitMix64).
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ value >> 30U) * 0xBF58476D1CE4E5B9U;
  value = (value ^ value >> 27U) * 0x94D049BB133111EBU;
  return value ^ value >> 31U;
}

}  // namespace

Destination& Schedule::at(const std::string& name) {
  auto& place = all_[name];
  if (!place) {
    place = std::make_unique<Destination>();
    place->name = name;
    if (is_local(*place)) place->standing = Standing::proven;
    place->serial = ++serial_;
    if (is_local(*place)) place->allowed = settings_.max_connections_per_domain;
    auto rules = rules_of_ && !name.starts_with(k_paused) ? rules_of_(name) : DestinationRules();
    if (!rules.route.empty())
      place->rules = std::make_unique<const DestinationRules>(std::move(rules));
  }
  return *place;
}

void Schedule::assign(RecipientState& recipient, const std::string& name) {
  auto& destination = at(name);
  ++destination.recipients;
  if (recipient.destination != nullptr) --recipient.destination->recipients;
  recipient.destination = &destination;
}

void Schedule::forget(const Row& row) {
  for (const auto& one : row.recipients)
    if (one.destination != nullptr) --one.destination->recipients;
}

void Schedule::expect(MessageId id, const RecipientState& recipient) {
  if (recipient.destination == nullptr) return;
  const Row* row = table_.find(id);
  recipient.destination->due.push(row != nullptr ? row->priority : std::int8_t{0},
                                  {recipient.next_try, id});
  refresh(*recipient.destination);
}

bool Schedule::has_work(const Destination& destination, MessageId id, UtcSeconds now) const {
  const Row* row = table_.find(id);
  return row != nullptr && row->is_durable &&
         std::ranges::any_of(row->recipients, [&](const RecipientState& one) {
           return one.destination == &destination && one.stage == Stage::waiting &&
                  one.next_try <= now;
         });
}

// Drops entries that are out of date from the top.
void Schedule::prune(Destination& destination) {
  destination.due.prune(
      [&](const Due& entry) { return has_work(destination, entry.id, entry.time); });
}

std::uint32_t Schedule::most_connections(const Destination& destination) const {
  if (destination.rules && destination.rules->connections) return *destination.rules->connections;
  return settings_.max_connections_per_domain;
}

std::uint32_t Schedule::most_runs(const Destination& destination) const {
  return std::min(destination.allowed, most_connections(destination));
}

// Puts the destination where it belongs among those that wait for a run.
void Schedule::refresh(Destination& destination) {
  if (destination.ready) {
    const Ready old{*destination.ready, &destination};
    for (auto& set : ready_) set.erase(old);
    destination.ready.reset();
  }
  prune(destination);
  if (destination.name.starts_with(k_paused)) return;
  if (destination.due.empty() || destination.is_starting ||
      destination.runs >= most_runs(destination))
    return;
  const auto time =
      std::max({destination.due.soonest(), destination.not_before, destination.last_start});
  destination.ready = {time, destination.serial};
  ready_[static_cast<std::size_t>(destination.standing)].insert({*destination.ready, &destination});
}

bool Schedule::has_room(const Destination& destination) const {
  if (is_local(destination)) return true;
  const auto most = settings_.max_connections;
  const auto [failing, unknown, proven] = active_;
  if (failing + unknown + proven >= most) return false;
  if (destination.standing == Standing::proven) return true;
  if (failing + unknown >= std::max(1U, most - most / 4)) return false;
  return destination.standing == Standing::unknown || failing < std::max(1U, most / 2);
}

std::uint32_t& Schedule::runs_like(const Destination& destination) {
  return is_local(destination) ? local_ : active_[static_cast<std::size_t>(destination.standing)];
}

void Schedule::set_standing(Destination& destination, Standing standing) {
  if (is_local(destination)) return;
  runs_like(destination) -= destination.runs;
  destination.standing = standing;
  runs_like(destination) += destination.runs;
}

Destination* Schedule::start_one(UtcSeconds now) {
  for (const auto standing : {Standing::proven, Standing::unknown, Standing::failing}) {
    for (const auto& waiting : ready_[static_cast<std::size_t>(standing)]) {
      if (waiting.key.first > now) break;
      Destination& found = *waiting.destination;
      if (!has_room(found)) continue;
      ++runs_like(found);
      ++found.runs;
      found.is_starting = true;
      found.last_start = now;
      found.serial = ++serial_;
      refresh(found);
      return &found;
    }
  }
  return nullptr;
}

Destination* Schedule::start_beside(const std::string& name) {
  Destination& found = at(name);
  if (found.runs >= most_connections(found) || !has_room(found)) return nullptr;
  ++runs_like(found);
  ++found.runs;
  refresh(found);
  return &found;
}

// Counts from the first message of a minute; the rest waits for the next.
bool Schedule::is_within_rate(Destination& destination, UtcSeconds now) {
  if (!destination.rules || !destination.rules->per_minute) return true;
  if (now < destination.minute || now >= destination.minute + k_minute) {
    destination.minute = now;
    destination.in_minute = 0;
  }
  if (destination.in_minute < *destination.rules->per_minute) return true;
  destination.not_before = std::max(destination.not_before, destination.minute + k_minute);
  return false;
}

std::optional<Taken> Schedule::take(Destination& destination, UtcSeconds now) {
  auto taken = is_within_rate(destination, now) ? pop_work(destination, now) : std::nullopt;
  if (taken) ++destination.in_minute;
  refresh(destination);
  return taken;
}

std::optional<Taken> Schedule::pop_work(Destination& destination, UtcSeconds now) {
  std::optional<Taken> taken;
  while (!taken) {
    const auto due = destination.due.pop(now);
    if (!due) break;
    const auto id = due->id;
    if (!has_work(destination, id, now)) continue;
    taken.emplace();
    taken->id = id;
    auto& recipients = table_.find(id)->recipients;
    for (std::uint32_t i = 0; i < recipients.size(); ++i) {
      auto& one = recipients[i];
      if (one.destination != &destination || one.stage != Stage::waiting || one.next_try > now)
        continue;
      one.stage = Stage::taken;
      taken->recipients.push_back(i);
    }
  }
  return taken;
}

std::vector<Taken> Schedule::take_all(Destination& destination, UtcSeconds now) {
  std::vector<Taken> all;
  while (auto taken = pop_work(destination, now)) all.push_back(*std::move(taken));
  refresh(destination);
  return all;
}

void Schedule::give_back(Destination& destination, const Taken& taken, UtcSeconds now) {
  Row* row = table_.find(taken.id);
  if (row == nullptr) return;
  for (const auto index : taken.recipients) {
    auto& one = row->recipients[index];
    if (one.stage != Stage::taken) continue;
    one.stage = Stage::waiting;
    one.next_try = std::min(one.next_try, now);
  }
  destination.due.push(row->priority, {now, taken.id});
  refresh(destination);
}

void Schedule::run_asks(Destination& destination) {
  if (!destination.is_starting) return;
  destination.is_starting = false;
  refresh(destination);
}

void Schedule::run_ended(Destination& destination, bool has_worked, UtcSeconds now) {
  --runs_like(destination);
  --destination.runs;
  destination.is_starting = false;
  prune(destination);
  const bool is_left = !destination.due.empty() && destination.due.soonest() <= now;
  if (!is_left && destination.runs == 0) destination.is_released = false;
  if (has_worked) {
    destination.idle_runs = 0;
  } else if (is_left) {  // it did nothing with what was due: not at once again
    const auto rest = std::chrono::seconds(1) * (1U << std::min(destination.idle_runs++, 10U));
    destination.not_before = std::max(destination.not_before, now + std::min(rest, k_longest_idle));
  }
  refresh(destination);
  tidy(now);
}

// The names of destinations long without mail are not kept for ever.
void Schedule::tidy(UtcSeconds now) {
  if (all_.size() <= k_remembered) return;
  std::erase_if(all_, [&](const auto& entry) {
    const Destination& one = *entry.second;
    return one.recipients == 0 && one.runs == 0 && one.due.empty() && !one.ready &&
           one.last_start + k_remembered_for < now;
  });
}

void Schedule::got_through(Destination& destination, UtcSeconds now) {
  set_standing(destination, Standing::proven);
  destination.allowed = std::min(destination.allowed + 1, most_connections(destination));
  if (std::exchange(destination.failures, 0) == 0) return refresh(destination);
  // It works again: what was deferred with it need not wait for a time of its own.
  for (const auto id : destination.due.ids()) {
    Row* row = table_.find(id);
    if (row == nullptr) continue;
    for (auto& one : row->recipients) {
      if (one.destination != &destination || one.stage != Stage::waiting || !one.is_host_down)
        continue;
      one.is_host_down = false;
      one.next_try = std::min(one.next_try, now);
      destination.due.push(row->priority, {one.next_try, id});
    }
  }
  destination.not_before = now;
  refresh(destination);
}

void Schedule::unreachable(Destination& destination, UtcSeconds now) {
  if (is_local(destination)) return;
  set_standing(destination, Standing::failing);
  destination.allowed = 1;
  destination.is_released = false;  // whoever asked for it asks again
  const auto until = next_try(&destination, ++destination.failures, now, serial_);
  destination.not_before = std::max(destination.not_before, std::min(until, now + k_longest_rest));
  refresh(destination);
}

void Schedule::wake(Destination& destination, UtcSeconds now) {
  destination.not_before = std::min(destination.not_before, now);
  destination.last_start = std::min(destination.last_start, now);
  refresh(destination);
}

std::optional<UtcSeconds> Schedule::next_start() const {
  std::optional<UtcSeconds> soonest;
  for (const auto& set : ready_) {
    for (const auto& waiting : set) {
      if (!has_room(*waiting.destination)) continue;
      soonest = soonest ? std::min(*soonest, waiting.key.first) : waiting.key.first;
      break;
    }
  }
  return soonest;
}

UtcSeconds Schedule::next_try(const Destination* destination,
                              std::uint32_t tries,
                              UtcSeconds now,
                              std::uint64_t salt) const {
  const auto* rules = destination != nullptr ? destination->rules.get() : nullptr;
  const auto first =
      rules != nullptr && rules->first_retry ? *rules->first_retry : settings_.first_retry;
  const auto longest =
      rules != nullptr && rules->longest_retry ? *rules->longest_retry : settings_.longest_retry;
  auto wait = first;
  for (std::uint32_t i = 1; i < tries && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, std::max(longest, first));
  const auto eighth = static_cast<std::uint64_t>(wait.count()) / 8;
  const auto spread = mixed(salt * 31 + tries) % (eighth + 1);
  return now + wait + std::chrono::seconds(spread);
}

UtcSeconds Schedule::ends(const Row& row, const Destination* destination) const {
  const auto* rules = destination != nullptr ? destination->rules.get() : nullptr;
  auto lifetime = row.is_notice ? settings_.bounce_lifetime : settings_.lifetime;
  if (rules != nullptr && rules->lifetime)
    lifetime = row.is_notice ? std::min(lifetime, *rules->lifetime) : *rules->lifetime;
  const auto end = row.begins + lifetime;
  return row.is_by_return && row.deliver_by.time_since_epoch().count() != 0
             ? std::min(end, row.deliver_by)
             : end;
}

std::optional<UtcSeconds> Schedule::told_at(const Row& row) const {
  if (row.is_notice || row.is_delay_told) return std::nullopt;
  if (!row.is_by_return && row.deliver_by.time_since_epoch().count() != 0) return row.deliver_by;
  if (settings_.delay_notice.count() == 0) return std::nullopt;
  return row.begins + settings_.delay_notice;
}

UtcSeconds Schedule::first_try(const Row& row, const Destination* destination) const {
  if (destination == nullptr || !destination->is_held()) {
    if (row.is_notice || destination == nullptr || is_local(*destination)) return row.begins;
    const auto* rules = destination->rules.get();
    const auto wait =
        rules != nullptr && rules->first_try ? *rules->first_try : settings_.first_try;
    const auto begin = std::max(row.begins, row.arrived + wait);
    return row.is_by_return && row.deliver_by.time_since_epoch().count() != 0
               ? std::min(begin, std::max(row.begins, row.deliver_by))
               : begin;
  }
  const auto end = ends(row, destination);
  return std::min(end, told_at(row).value_or(end));
}

}  // namespace kontor::queue
