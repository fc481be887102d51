// SPDX-License-Identifier: GPL-3.0-or-later
// AgentProcess: one running kontor-directory and our end of the socket pair. One thread; blocking
// only in end().
#pragma once
#include <string>

#include "base/core/result.hpp"

namespace kontor::directory {

class AgentProcess {
 public:
  // Starts `program` with the other end as its descriptor 3 and nothing else of ours but standard
  // error. not_found, no_permission, io_error.
  static Result<AgentProcess> start(const std::string& program);
  AgentProcess() = default;
  AgentProcess(AgentProcess&& other) noexcept;
  AgentProcess& operator=(AgentProcess&& other) noexcept;
  ~AgentProcess() { end(); }

  int pid() const noexcept { return pid_; }
  int socket() const noexcept { return socket_; }  // never blocks
  // Closes the socket, kills the process and waits until it has gone; how it ended, for the log.
  std::string end();

 private:
  int pid_ = 0;
  int socket_ = -1;
};

}  // namespace kontor::directory
