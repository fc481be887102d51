// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/kdc.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "directory/krb/socket.hpp"

namespace kontor::directory {
namespace {
constexpr std::uint32_t k_max_reply = 1'048'576;

Result<void> send_all(int fd, std::string_view bytes, SteadyTime end) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      return fail(errno_error("sending to the controller", errno));
    } else {
      KONTOR_TRY(wait_ready(fd, POLLOUT, end));
    }
  }
  return {};
}

Result<std::string> receive(int fd, std::size_t size, SteadyTime end) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto got = recv(fd, bytes.data() + have, size - have, 0);
    if (got == 0) return fail(Errc::closed, "the controller closed the connection");
    if (got > 0) {
      have += static_cast<std::size_t>(got);
    } else if (errno != EAGAIN && errno != EINTR) {
      return fail(errno_error("reading from the controller", errno));
    } else {
      KONTOR_TRY(wait_ready(fd, POLLIN, end));
    }
  }
  return bytes;
}

// RFC 4120, 7.2.2: four bytes of length, big-endian, before request and answer.
Result<std::string> ask(const std::string& address, std::string_view request, SteadyTime end) {
  KONTOR_TRY(const auto connection, connect_tcp(address, k_kerberos_port, end));
  const auto size = static_cast<std::uint32_t>(request.size());
  std::string framed;
  for (int shift = 24; shift >= 0; shift -= 8) framed += static_cast<char>(size >> shift & 0xFF);
  framed += request;
  KONTOR_TRY(send_all(connection.fd(), framed, end));
  KONTOR_TRY(const auto head, receive(connection.fd(), 4, end));
  std::uint32_t length = 0;
  for (const char c : head) length = length << 8 | static_cast<std::uint8_t>(c);
  if (length == 0 || length > k_max_reply)
    return fail(Errc::bad_input, "Kerberos answer of a wrong length");
  return receive(connection.fd(), length, end);
}

}  // namespace

Result<std::string> KdcTransport::exchange(std::string_view request) const {
  const auto end = std::chrono::steady_clock::now() + limit_;
  const auto controllers = controllers_->in_order();
  Error last(Errc::unavailable, "no domain controller is known");
  std::size_t left = controllers.size();
  for (const auto& controller : controllers) {
    // What is left is shared by those left, so that one that hangs cannot use it all up.
    const auto now = std::chrono::steady_clock::now();
    const auto share = now + (end - now) / static_cast<int>(left--);
    for (const auto& address : controller.addresses) {
      auto reply = ask(address, request, share);
      if (reply) {
        controllers_->answered(controller.host);
        return reply;
      }
      last = Error(Errc::unavailable, controller.host + ": " + reply.error().detail());
    }
    controllers_->failed(controller.host);
  }
  return fail(std::move(last));
}

}  // namespace kontor::directory
