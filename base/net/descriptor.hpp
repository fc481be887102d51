// SPDX-License-Identifier: GPL-3.0-or-later
// Descriptor: a non-blocking file descriptor whose readiness a coroutine can wait for, with a
// limit and a signal. It owns the descriptor; one wait at a time, on the strand it was made for.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/signal.hpp"

namespace kontor::net {

// The open sockets of a listener, so that all of them can be cut at once. Any thread.
class OpenSockets {
 public:
  void add(int fd);
  void remove(int fd);  // before it is closed: its number is used again at once
  // Ends both directions of every socket: each wait on one of them comes back.
  void cut_all();

 private:
  std::mutex mutex_;
  std::set<int> fds_;
};

enum class Direction : std::uint8_t { read, write };

class Descriptor {
 public:
  // Makes `fd` non-blocking and takes it.
  Descriptor(const boost::asio::any_io_executor& strand,
             int fd,
             std::shared_ptr<OpenSockets> sockets = nullptr);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int fd() const noexcept { return fd_; }  // -1 after close()
  // `readable` means ready for `direction`; now and then without cause.
  Task<Wake> wait_ready(Direction direction, Signal* signal, SteadyTime deadline);
  // Sleeps, for pauses; signalled or timed_out.
  Task<Wake> pause(Signal* signal, SteadyTime deadline);
  void close();
  int release();  // gives the descriptor back, open; afterwards it is as closed

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with a readiness handler on its way
  std::shared_ptr<OpenSockets> sockets_;
  int fd_;
};

}  // namespace kontor::net
