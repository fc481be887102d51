// SPDX-License-Identifier: GPL-3.0-or-later
// A secret that somebody tries, with the Guard in front: the wait before it and after it, and what
// the Guard is told. Waiting holds no thread.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "server/trace/guard.hpp"

namespace kontor::trace {

// Until the Guard lets the try be looked at. unavailable: the address is blocked, or the line is
// too long. `guard`, `settings` and `what` outlive it.
Task<Result<void>> wait_in_line(Guard& guard, const config::SignIn& settings, Try& what);
Task<void> wait_after(std::chrono::milliseconds length);  // 0: not at all

// Tells the guard how a try ended, also when its coroutine is gone before that is known.
class OpenTry {
 public:
  OpenTry(Guard& guard, const Try& what) : guard_(guard), what_(what) {}  // both outlive it
  ~OpenTry();
  OpenTry(const OpenTry&) = delete;
  OpenTry& operator=(const OpenTry&) = delete;
  // How long the answer has to wait. Nothing: it was right; auth_failed: it was not; else nobody
  // could look.
  std::chrono::milliseconds close(std::optional<Errc> error, std::string_view secret);

 private:
  Guard& guard_;
  const Try& what_;
  bool open_ = true;
};

}  // namespace kontor::trace
