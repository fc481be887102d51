// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/scheduler.hpp"

#include "server/scheduling/round.hpp"

namespace kontor::scheduling {

Task<std::string> Scheduler::deliver(calendar::SchedulingMessage message,
                                     std::string to,
                                     Origin origin) {
  const auto letter = Round::letter_of(std::move(message), origin);
  if (!letter) co_return "5.1";
  Round round(*this);
  auto status = co_await round.tell(*letter, std::move(to));
  co_await round.finish();
  co_return status;
}

}  // namespace kontor::scheduling
