// SPDX-License-Identifier: GPL-3.0-or-later
// SessionEnd: the word that a connection must end, from the table of sessions to the loop that
// serves it. A member that stands before the row, which calls into it as long as it lives.
#pragma once
#include <optional>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "base/net/signal.hpp"
#include "server/trace/sessions.hpp"

namespace kontor::trace {

class SessionEnd {
 public:
  void listen(Session& row);
  // cancelled, with the reason for the client, once somebody said so. Any thread.
  Result<void> check() const;
  // Raised with it: what the loop waits on beside the client.
  net::Signal& wake() noexcept { return wake_; }

 private:
  net::Signal wake_;
  Guarded<std::optional<std::string>> reason_;
};

}  // namespace kontor::trace
