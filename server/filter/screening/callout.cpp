// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/callout.hpp"

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"

namespace kontor::filter::screening {
namespace {

constexpr std::chrono::minutes k_minute{1}, k_unknown_keep{5};

}  // namespace

// What is to be done about a question: there is an answer, or it is to be waited for, or asked.
struct Callout::Turn {
  std::optional<SenderSaid> said;
  std::shared_ptr<net::Signal> wait;
};

Callout::Turn Callout::begin(const std::string& address, const std::string& domain) {
  const auto now = clock_.steady();
  return table_.with([&](Table& table) {
    Turn turn;
    if (const auto row = table.known.find(address);
        row != table.known.end() && now < row->second.until) {
      turn.said = row->second.said;
      return turn;
    }
    if (const auto row = table.asked.find(domain); row != table.asked.end()) {
      turn.wait = row->second.emplace_back(std::make_shared<net::Signal>());
      return turn;
    }
    if (now - table.minute >= k_minute) {
      table.minute = now;
      table.in_minute = 0;
    }
    if (table.in_minute >= settings_.screening.sender_address_probes) {
      turn.said.emplace();
      return turn;
    }
    ++table.in_minute;
    table.asked.try_emplace(domain);
    return turn;
  });
}

void Callout::end(const std::string& address, const std::string& domain, const SenderSaid& said) {
  const auto now = clock_.steady();
  const auto& settings = settings_.screening;
  auto waiters = table_.with([&](Table& table) {
    std::chrono::seconds keep = k_unknown_keep;
    if (said.verdict == Verdict::pass) keep = settings.sender_address_keep;
    if (said.verdict == Verdict::fail) keep = settings.sender_address_missing_keep;
    if (table.known.size() >= most_) make_room(table, now);
    table.known[address] = {said, now + keep};
    auto row = table.asked.extract(domain);
    return row ? std::move(row.mapped()) : Waiters();
  });
  for (const auto& waiter : waiters) waiter->raise();
}

// What is over; then the half that ends first.
void Callout::make_room(Table& table, SteadyTime now) const {
  std::erase_if(table.known, [&](const auto& row) { return row.second.until <= now; });
  if (table.known.size() < most_) return;
  std::vector<SteadyTime> times;
  for (const auto& [address, known] : table.known) times.push_back(known.until);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  std::erase_if(table.known, [&](const auto& row) { return row.second.until <= *middle; });
}

Task<SenderSaid> Callout::ask(std::string address) {
  const auto at = address.rfind('@');
  if (!ask_ || at == std::string::npos) co_return SenderSaid();
  const auto domain = to_lower(std::string_view(address).substr(at + 1));
  address.replace(at + 1, std::string::npos, domain);
  const auto deadline = std::chrono::steady_clock::now() + settings_.checks.timeout;
  for (;;) {
    auto turn = begin(address, domain);
    if (turn.said) co_return *std::move(turn.said);
    if (!turn.wait) break;
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= SteadyTime::duration::zero()) co_return SenderSaid();
    const auto limit = std::chrono::ceil<std::chrono::milliseconds>(left);
    if (co_await turn.wait->wait(limit) == net::Wake::timed_out) co_return SenderSaid();
  }
  // Whatever becomes of the question, those who wait for it go on.
  struct Ended {
    Callout& callout;
    const std::string &address, &domain;
    SenderSaid said;
    ~Ended() { callout.end(address, domain, said); }
  };
  Ended ended{*this, address, domain, {}};
  ended.said = co_await ask_(address);
  co_return ended.said;
}

std::size_t Callout::size() const {
  return table_.with([](const Table& table) { return table.known.size(); });
}

}  // namespace kontor::filter::screening
