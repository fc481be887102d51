// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/progress.hpp"

namespace kontor::imap {

Task<Result<void>> Progress::at(std::uint64_t done) {
  const auto now = session_.env.clock.steady();
  if (now - told_ < k_progress_interval) co_return Result<void>();
  told_ = now;
  const std::string reached = std::to_string(done);
  const std::string goal = std::to_string(goal_);
  session_.out.line("* OK [INPROGRESS (\"", tag_, "\" ", reached, " ", goal, ")] ",
                    session_.say(reached + " of " + goal + " messages done"));
  co_return co_await session_.out.flush();
}

}  // namespace kontor::imap
