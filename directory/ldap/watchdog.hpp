// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts a connection whose library call does not come back: the last limit above libldap's own.
//
// libldap can wait for ever in the middle of a TLS record or an LDAP message (measured: AD hangs
// and the kernel still acknowledges). A thread shuts the socket down when the time is over, or when
// somebody asks for it; the blocked call then fails. Any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/core/time.hpp"

namespace kontor::directory {

class Watchdog {
 public:
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void watch(int fd);   // the socket in use from now on; -1: none
  void cut();           // shuts it down now
  void cut_for_good();  // and every later one as soon as it is watched
  // While it lives, the socket is cut after `limit`.
  class Limit {
   public:
    Limit(Watchdog& dog, std::chrono::milliseconds limit);
    ~Limit();
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;

   private:
    Watchdog& dog_;
  };

 private:
  void set_end(std::optional<SteadyTime> end);
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  int fd_ = -1;
  bool closed_ = false;
  std::optional<SteadyTime> end_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace kontor::directory
