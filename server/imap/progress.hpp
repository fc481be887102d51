// SPDX-License-Identifier: GPL-3.0-or-later
// Progress: tells the client of a long command now and then how far it has come (INPROGRESS, RFC
// 9585), so that it neither gives up nor loses its connection.
#pragma once
#include <string>

#include "server/imap/session.hpp"

namespace kontor::imap {

inline constexpr std::chrono::seconds k_progress_interval{10};  // RFC 9585, 4: 10 to 15

class Progress {  // One command's; the session outlives it.
 public:
  // `goal`: how much there is to do, in the same unit as at().
  Progress(Session& session, std::string tag, std::uint64_t goal)
      : session_(session), tag_(std::move(tag)), goal_(goal), told_(session.env.clock.steady()) {}
  // To be called between two pieces of work, when so much is done. Costs a look at the clock.
  Task<Result<void>> at(std::uint64_t done);

 private:
  Session& session_;
  std::string tag_;
  std::uint64_t goal_;
  SteadyTime told_;
};

}  // namespace kontor::imap
