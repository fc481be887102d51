// SPDX-License-Identifier: GPL-3.0-or-later
// A queue for tests of what gives it mail.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/queue/queue.hpp"

namespace kontor::testing {

// Keeps what it is given; tries nothing.
class FakeQueue final : public queue::Queue {
 public:
  struct Message {
    queue::Envelope envelope;
    std::vector<queue::Recipient> recipients;
    std::vector<queue::Outcome> outcomes;  // of what was only told
    std::string bytes;
  };
  Task<Result<queue::MessageId>> add(queue::Envelope envelope,
                                     std::vector<queue::Recipient> recipients,
                                     std::string bytes) override {
    if (failure && recipients.size() >= failing_from) co_return fail(*failure, "as the test wants");
    added.push_back({std::move(envelope), std::move(recipients), {}, std::move(bytes)});
    co_return static_cast<queue::MessageId>(added.size());
  }
  Task<std::optional<std::vector<queue::Outcome>>> hand_over(
      queue::Envelope envelope,
      std::vector<queue::Recipient> recipients,
      std::string bytes) override {
    if (!handed_outcomes) co_return std::nullopt;
    handed.push_back({std::move(envelope), std::move(recipients), {}, std::move(bytes)});
    co_return handed_outcomes;
  }
  Task<Result<void>> tell(queue::Envelope envelope,
                          std::vector<queue::Recipient> recipients,
                          std::vector<queue::Outcome> outcomes,
                          std::string bytes) override {
    told.push_back(
        {std::move(envelope), std::move(recipients), std::move(outcomes), std::move(bytes)});
    co_return Result<void>();
  }
  void start(queue::Transport&) override {}
  Task<void> stop(std::chrono::milliseconds) override { co_return; }
  Task<void> close() override { co_return; }
  void wake() override {}
  queue::QueueTotals totals() const override { return {}; }
  std::vector<queue::MessageInfo> list(std::string, std::size_t) const override { return {}; }
  Result<queue::MessageInfo> find(queue::MessageId) const override { return fail(Errc::not_found); }
  Task<Result<std::string>> read(queue::MessageId) override { co_return fail(Errc::not_found); }
  Task<Result<std::uint64_t>> retry(std::string) override { co_return std::uint64_t{0}; }
  Task<Result<void>> retry_one(queue::MessageId) override { co_return fail(Errc::not_found); }
  Task<Result<void>> remove(queue::MessageId, bool) override { co_return fail(Errc::not_found); }
  Task<Result<void>> pause(std::string) override { co_return Result<void>(); }
  Task<Result<void>> resume(std::string) override { co_return Result<void>(); }
  std::vector<std::string> paused() const override { return {}; }
  std::optional<queue::MessageId> find_trace(std::string) const override { return std::nullopt; }
  Task<Result<std::uint64_t>> release(std::string domain, bool below) override {
    released.push_back((below ? "@" : "") + domain);
    if (domain != "held.test") co_return fail(Errc::not_found, "not held");
    co_return waiting;
  }

  // "a@b c@d" of each message, one a line.
  std::string addresses() const {
    std::string out;
    for (const auto& message : added) {
      std::string line;
      for (const auto& one : message.recipients) line += (line.empty() ? "" : " ") + one.address;
      out += line + '\n';
    }
    return out;
  }

  std::vector<Message> added, told, handed;
  std::optional<std::vector<queue::Outcome>> handed_outcomes;  // nothing: none is handed over
  std::vector<std::string> released;                           // domains that were asked for
  std::uint64_t waiting = 0;                                   // for held.test
  std::optional<Errc> failure;
  std::size_t failing_from = 0;  // of messages with so many recipients
};

}  // namespace kontor::testing
