// SPDX-License-Identifier: GPL-3.0-or-later
// The copies of one message are a list of work that a few coroutines take from: as many as memory
// for copies of the bytes allows, so that a list with thousands of members holds no thousand
// copies at once.
#include "server/delivery/delivery.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <span>

#include "base/core/answers.hpp"
#include "base/core/run_all.hpp"
#include "base/crypto/digest.hpp"
#include "base/log/events/delivery.hpp"
#include "server/delivery/remembered.hpp"

namespace kontor::delivery {
namespace {

using directory::Principal;

constexpr std::size_t k_max_parallel = 32;
constexpr std::size_t k_parallel_bytes = 64U << 20U;

struct Copy {
  std::shared_ptr<const Principal> person;
  std::string key;  // of this copy in Remembered
  Result<void> result;
  bool was_there = false;
};

// One message under way. Lives in the frame of deliver(), which awaits everybody that uses it.
struct Job {
  store::AccountStore& store;
  log::Context log;
  store::PreparedMessage message;
  UtcSeconds now;
  std::vector<Copy> copies;
  std::atomic<std::size_t> next = 0;
};

std::string copy_key(const std::string& digest, const directory::PrincipalId& person) {
  return digest + person.guid.bytes() + person.source;
}

// Sender and message without what this server put before it: the same at every try.
std::string digest_of(const Envelope& envelope, std::string_view message) {
  const auto given = message.substr(std::min(envelope.added, message.size()));
  return crypto::sha256(crypto::sha256(envelope.sender) + crypto::sha256(given));
}

void report(const Job& job, const Copy& copy, const store::Appending& stored) {
  using log::Keys;
  const auto account = job.store.find({copy.person->id.source, copy.person->id.guid});
  const auto uid = stored.uids.empty() ? store::Uid{0} : stored.uids.front();
  job.log.emit(log::events::k_copy_stored,
               {{Keys::address, copy.person->mail},
                {Keys::account, account ? account->text() : std::string()},
                {Keys::uid, uid}});
}

Task<void> store_copy(Job& job, Copy& copy) {
  using log::Keys;
  store::NewMessage message;
  message.message = job.message;
  message.internal_date = job.now;
  store::Binding owner{copy.person->id.source, copy.person->id.guid};
  auto stored = co_await job.store.deliver(std::move(owner), std::move(message));
  if (stored.has_value()) {
    report(job, copy, *stored);
  } else {
    job.log.emit(log::events::k_copy_failed, stored.error(), {{Keys::address, copy.person->mail}});
    copy.result = fail(std::move(stored).error());
  }
}

Task<void> store_copies(Job& job) {
  for (;;) {
    const auto index = job.next.fetch_add(1);
    if (index >= job.copies.size()) co_return;
    auto& copy = job.copies[index];
    if (copy.was_there) {
      job.log.emit(log::events::k_copy_skipped, {{log::Keys::address, copy.person->mail}});
      continue;
    }
    // A broken promise of the store is that copy's failure, not the message's.
    std::string fault;
    try {
      co_await store_copy(job, copy);
    } catch (const std::exception& error) {
      fault = error.what();
    }
    if (!fault.empty()) copy.result = fail(Errc::internal, fault);
  }
}

Task<void> store_all(Job& job) {
  const auto by_memory = k_parallel_bytes / std::max<std::size_t>(job.message.raw.size(), 1);
  const auto workers =
      std::min({job.copies.size(), k_max_parallel, std::max<std::size_t>(by_memory, 1)});
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < workers; ++i) tasks.push_back(store_copies(job));
  co_await run_all(std::move(tasks));
}

// Index of each person's copy; a person that several recipients lead to has one.
std::map<directory::PrincipalId, std::size_t> plan(Job& job, const Envelope& envelope) {
  std::map<directory::PrincipalId, std::size_t> index;
  for (const auto& recipient : envelope.recipients)
    for (const auto& person : recipient.mailboxes)
      if (index.emplace(person->id, job.copies.size()).second)
        job.copies.push_back(Copy{person, {}, {}, false});
  return index;
}

Result<void> outcome(const Job& job,
                     const std::map<directory::PrincipalId, std::size_t>& index,
                     const Recipient& recipient) {
  for (const auto& person : recipient.mailboxes) {
    const auto& result = job.copies[index.at(person->id)].result;
    if (!result.has_value()) return result;
  }
  return {};
}

}  // namespace

struct Delivery::State {
  const config::Settings& settings;
  directory::Directory& directory;
  store::AccountStore& store;
  const Clock& clock;
  log::Context log;
  Remembered remembered;

  void look_up(Job& job, const std::string& digest) {
    for (auto& copy : job.copies) {
      copy.key = copy_key(digest, copy.person->id);
      copy.was_there = remembered.take(copy.key, clock.steady());
    }
  }
  void remember_if_some_failed(const Job& job) {
    const auto failed = [](const Copy& copy) { return !copy.result.has_value(); };
    if (std::ranges::none_of(job.copies, failed)) return;
    for (const auto& copy : job.copies)
      if (!failed(copy)) remembered.add(copy.key, clock.steady());
  }
};

Delivery::Delivery(const config::Settings& settings,
                   directory::Directory& directory,
                   store::AccountStore& store,
                   const Clock& clock,
                   log::Context log)
    : state_(std::make_unique<State>(settings, directory, store, clock, std::move(log))) {}
Delivery::~Delivery() = default;

Resolved Delivery::resolve(std::string_view address) const {
  return delivery::resolve(*state_->directory.current(), address, state_->clock.now());
}

Task<std::vector<Result<void>>> Delivery::deliver(Envelope envelope, std::string message) {
  const auto& mime = state_->settings.mime;
  Job job{state_->store,
          state_->log.with({{log::Keys::trace, envelope.trace}}),
          {},
          state_->clock.now(),
          {},
          {}};
  const auto index = plan(job, envelope);
  state_->look_up(job, digest_of(envelope, message));
  job.message = store::prepare_message(std::move(message), mime.max_depth, mime.max_parts);
  if (!job.copies.empty()) co_await store_all(job);
  state_->remember_if_some_failed(job);
  std::vector<Result<void>> results;
  for (const auto& recipient : envelope.recipients)
    results.push_back(outcome(job, index, recipient));
  co_return results;
}

std::string make_trace_id() { return Uuid::random().hex().substr(0, 20); }

}  // namespace kontor::delivery
