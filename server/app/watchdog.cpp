// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/watchdog.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/core/text.hpp"
#include "server/app/notify.hpp"

namespace kontor::app {
namespace {

std::string_view variable(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

std::chrono::microseconds watchdog_interval() noexcept {
  const auto process = variable("WATCHDOG_PID");
  if (!process.empty() && parse_number<std::uint32_t>(process) != ::getpid())
    return std::chrono::microseconds(0);
  return std::chrono::microseconds(
      parse_number<std::uint64_t>(variable("WATCHDOG_USEC")).value_or(0));
}

Task<void> feed_watchdog(net::Signal& stop) {
  const auto interval = watchdog_interval();
  if (interval.count() <= 0) co_return;
  const auto pause = std::max(std::chrono::milliseconds(1),
                              std::chrono::duration_cast<std::chrono::milliseconds>(interval / 2));
  do tell_manager("WATCHDOG=1");
  while (co_await stop.wait(pause) == net::Wake::timed_out);
}

}  // namespace kontor::app
