// SPDX-License-Identifier: GPL-3.0-or-later
// ChildProcess: a running program of ours and our end of the socket pair to it. One thread;
// blocking only in end().
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "base/core/result.hpp"

namespace kontor::io {

class ChildProcess {
 public:
  enum class Socket : std::uint8_t { stream, packets };
  struct Plan {
    std::string program;  // path
    std::string name;     // argument 0
    Socket socket = Socket::stream;
    bool keeps_environment = true;
  };
  // Starts the program with the other end as its descriptor 3 and nothing else of ours but standard
  // error. not_found, no_permission, io_error.
  static Result<ChildProcess> start(const Plan& plan);
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { end(); }

  int pid() const noexcept { return pid_; }
  int socket() const noexcept { return socket_; }  // never blocks
  // How long its threads together could have run and had to wait for a CPU, since it began; zero
  // where the system does not say.
  std::chrono::nanoseconds waited_for_cpu() const;
  // Closes the socket, kills the process and waits until it has gone; how it ended, for the log.
  std::string end();

 private:
  int pid_ = 0;
  int socket_ = -1;
};

}  // namespace kontor::io
