// SPDX-License-Identifier: GPL-3.0-or-later
// A TCP connection for the blocking libraries, made with a time limit.
#pragma once
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::directory {

class Socket {  // owns a file descriptor
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// A connected, non-blocking socket. unavailable: refused or not reached; timed_out: not by `end`.
Result<Socket> connect_tcp(const std::string& address, std::uint16_t port, SteadyTime end);
// Waits for `events` (POLLIN, POLLOUT); timed_out at `end`.
Result<void> wait_ready(int fd, short events, SteadyTime end);

// All of `bytes`, and exactly `size` bytes, before `end`; `fd` does not block. closed: the other
// side closed it; timed_out, io_error.
Result<void> send_bytes(int fd, std::string_view bytes, SteadyTime end);
Result<std::string> receive_bytes(int fd, std::size_t size, SteadyTime end);

}  // namespace kontor::directory
