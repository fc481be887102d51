// SPDX-License-Identifier: GPL-3.0-or-later
// What the sources that follow a server have in common: trying again, being woken and stopped, and
// saying how they are.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "base/core/guarded.hpp"
#include "directory/krb/socket.hpp"
#include "directory/ldap/watchdog.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

class SourceLoop : public Source {
 public:
  std::string name() const override { return name_; }
  void stop() override;
  SourceStatus status() const override;
  void reconcile() override;

 protected:
  explicit SourceLoop(std::string name);

  // Calls `attempt` until stop(). Between two calls is a pause that grows while they fail; true:
  // it served for a while.
  void keep_trying(const std::function<bool()>& attempt);
  bool is_stopped() const { return stopped_; }
  // An administrator asked for everything, and has not got it yet.
  bool wants_everything() const { return wants_everything_; }
  void has_everything() { wants_everything_ = false; }
  // Readable after stop() and reconcile(), until drain().
  int wake_fd() const { return wake_.fd(); }
  void drain() const;
  Watchdog& dog() { return dog_; }

  void hand_over(Changes changes, SourceReceiver& receiver);
  void say(bool reachable,
           const std::string& server,
           const std::string& detail,
           SourceReceiver& receiver);

 private:
  void wake() const;
  void pause(std::chrono::milliseconds length) const;

  const std::string name_;
  Socket wake_;
  Watchdog dog_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> wants_everything_ = false;
  Guarded<SourceStatus> status_;
};

}  // namespace kontor::directory
