// SPDX-License-Identifier: GPL-3.0-or-later
// A minute begins with an address's first message and ends by itself. Addresses whose minute is
// over are forgotten when there are many, so that memory is bounded by who sends in one minute.
#include "server/smtp/gate.hpp"

namespace kontor::smtp {
namespace {

constexpr std::chrono::minutes k_minute{1};
constexpr std::size_t k_many = 10'000;

}  // namespace

Gate::Gate(const config::Smtp& settings) : most_(settings.max_messages_per_minute) {
  if (auto networks = NetworkList::parse(settings.trusted_networks))
    trusted_ = *std::move(networks);
}

bool Gate::let_in(const std::string& address, SteadyTime now) {
  if (most_ == 0) return true;
  return minutes_.with([&](Minutes& minutes) {
    if (minutes.size() >= k_many)
      std::erase_if(minutes, [&](const auto& row) { return now - row.second.began >= k_minute; });
    const auto [row, is_new] = minutes.try_emplace(address);
    auto& minute = row->second;
    if (is_new || now - minute.began >= k_minute) minute = Minute{now, 0};
    if (minute.messages >= most_) return false;
    ++minute.messages;
    return true;
  });
}

}  // namespace kontor::smtp
