// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace kontor::directory {

Result<std::optional<Message>> Connection::receive(std::chrono::milliseconds limit) {
  for (;;) {
    KONTOR_TRY(auto message, reader_.next());
    if (message) return message;
    pollfd ready{socket_, POLLIN, 0};
    const int count = poll(&ready, 1, static_cast<int>(limit.count()));
    if (count == 0) return std::optional<Message>();
    std::array<char, 16'384> buffer;
    const ssize_t got = count < 0 ? -1 : recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return fail(Errc::closed, "kontord has gone");
    reader_.feed(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
}

Result<void> Connection::send(const Message& message) {
  const std::string frame = encode_message(message);
  if (frame.size() > k_max_message) return fail(Errc::limit, "a message that is too long");
  const std::lock_guard lock(sending_);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return fail(Errc::closed, "kontord has gone");
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

}  // namespace kontor::directory
