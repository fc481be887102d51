// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/busy_memory.hpp"

namespace kontor::scheduling {
namespace {

constexpr std::chrono::days k_window{28};

std::string key_of(const store::AccountId& account, BusyWindow window) {
  return account.bytes() + std::to_string(window);
}

}  // namespace

BusyWindow busy_window_of(UtcSeconds moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment).time_since_epoch();
  const auto number = day.count() / k_window.count();
  return day.count() < 0 && day.count() % k_window.count() != 0 ? number - 1 : number;
}

calendar::TimeRange range_of(BusyWindow window) {
  const UtcSeconds begin{k_window * window};
  return {begin, begin + k_window};
}

std::optional<std::vector<calendar::BusyPeriod>> BusyMemory::find(const store::AccountId& account,
                                                                  BusyWindow window,
                                                                  const std::string& stamp) {
  return kept_.with([&](auto& kept) -> std::optional<std::vector<calendar::BusyPeriod>> {
    const auto* entry = kept.find(key_of(account, window));
    if (entry == nullptr || entry->stamp != stamp) return std::nullopt;
    return entry->periods;
  });
}

void BusyMemory::keep(const store::AccountId& account,
                      BusyWindow window,
                      const std::string& stamp,
                      std::vector<calendar::BusyPeriod> periods) {
  if (periods.size() > k_most_periods) return;
  kept_.with(
      [&](auto& kept) { kept.touch(key_of(account, window)) = Entry{stamp, std::move(periods)}; });
}

}  // namespace kontor::scheduling
