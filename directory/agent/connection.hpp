// SPDX-License-Identifier: GPL-3.0-or-later
// Connection: kontor-directory's end of the socket pair. Blocking; messages are read by one thread
// and sent by any.
#pragma once
#include <chrono>
#include <mutex>
#include <optional>

#include "directory/cache/message.hpp"

namespace kontor::directory {

class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}  // which stays the caller's
  // The next message, or nothing when none came within `limit`. closed: kontord is gone; bad_input,
  // limit: what came is no message.
  Result<std::optional<Message>> receive(std::chrono::milliseconds limit);
  // closed: kontord is gone.
  Result<void> send(const Message& message);

 private:
  int socket_;
  MessageReader reader_;
  std::mutex sending_;
};

}  // namespace kontor::directory
