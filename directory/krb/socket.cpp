// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace kontor::directory {

Result<void> wait_ready(int fd, short events, SteadyTime end) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return fail(Errc::timed_out, "no answer in time");
    pollfd entry{fd, events, 0};
    const int ready = poll(&entry, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(errno_error("waiting for a socket", errno));
  }
}

Result<Socket> connect_tcp(const std::string& address, std::uint16_t port, SteadyTime end) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return fail(Errc::unavailable, "not an address: " + address);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, freeaddrinfo);
  Socket connection(
      socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (connection.fd() < 0) return fail(errno_error("socket", errno));
  const int on = 1;
  setsockopt(connection.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::string where = address + " port " + std::to_string(port);
  if (connect(connection.fd(), found->ai_addr, found->ai_addrlen) != 0) {
    if (errno != EINPROGRESS)
      return fail(Errc::unavailable, where + ": " + errno_error("connect", errno).detail());
    KONTOR_TRY(wait_ready(connection.fd(), POLLOUT, end));
    int problem = 0;
    socklen_t size = sizeof problem;
    getsockopt(connection.fd(), SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem != 0)
      return fail(Errc::unavailable, where + ": " + errno_error("connect", problem).detail());
  }
  return connection;
}

Result<void> send_bytes(int fd, std::string_view bytes, SteadyTime end) {
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

Result<std::string> receive_bytes(int fd, std::size_t size, SteadyTime end) {
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

}  // namespace kontor::directory
