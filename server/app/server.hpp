// SPDX-License-Identifier: GPL-3.0-or-later
// Server: every part of kontord, built in order, served, and taken down in order.
//
// Start: log, data folder, certificate, store, directory (kontor-directory is started), then the
// ports, which were opened before, begin to accept. Stop: no new connections, open ones are told
// and given time for their goodbye, then cut; then the queue stops, every commit is waited for and
// the store closes. Nothing that was acknowledged is lost either way. Failures of the start are one
// sentence each.
#pragma once
#include <memory>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "server/app/listeners.hpp"

namespace kontor::app {

class Server {
 public:
  // The process has become the user it stays. Blocking.
  static Result<std::unique_ptr<Server>> start(config::Settings settings,
                                               std::vector<OpenPort> ports);
  ~Server();
  // Says `kontord: ready pid=NNN` and serves until SIGTERM or SIGINT; SIGHUP opens the log file
  // again and reads the certificate again. Blocking.
  void run();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::app
