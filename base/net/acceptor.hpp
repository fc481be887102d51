// SPDX-License-Identifier: GPL-3.0-or-later
// Acceptor: one listening socket; each connection runs a handler on a strand of its own.
//
// Opening binds and listens (before privileges are dropped), start() accepts. When descriptors or
// memory run out, accepting pauses for a moment and goes on. Above `max_connections` a new
// connection is closed at once. Any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/log/log.hpp"
#include "base/net/stream.hpp"

namespace kontor::net {

class ListeningSocket {
 public:
  // Port 0: any free one, see local(). exists: the port is in use. no_permission: a port below 1024
  // needs root. bad_input: not a numeric address.
  static Result<ListeningSocket> open(const std::string& address, std::uint16_t port);
  // A Unix socket with mode 0600; a file left from an earlier run is replaced.
  static Result<ListeningSocket> open_unix(const std::string& path);
  // One that another program opened and passed; closed here in any case. bad_input: not a TCP
  // socket that listens.
  static Result<ListeningSocket> adopt(int fd);
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  ~ListeningSocket();

  const Endpoint& local() const noexcept { return local_; }
  int release() noexcept;  // the descriptor; the caller closes it

 private:
  ListeningSocket(int fd, Endpoint local) : fd_(fd), local_(std::move(local)) {}
  int fd_;
  Endpoint local_;
};

class Acceptor {
 public:
  using Handler = std::function<Task<void>(std::unique_ptr<Stream>)>;

  Acceptor(const boost::asio::any_io_executor& executor,
           ListeningSocket socket,
           std::uint32_t max_connections,
           log::Context log,
           Handler handler);
  ~Acceptor();  // only after wait_ended() gave true, or when nothing runs any more
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  const Endpoint& local() const noexcept;
  void start();
  void stop();  // accepts no more; open connections go on
  void cut();   // ends the sockets of all open connections
  std::size_t connections() const;
  // True when accepting has stopped and every connection has ended; false when the limit ran out.
  Task<bool> wait_ended(Limit limit);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the accepting coroutine
};

}  // namespace kontor::net
