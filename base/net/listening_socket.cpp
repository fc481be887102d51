// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/net/acceptor.hpp"
#include "base/net/socket_address.hpp"

namespace kontor::net {
namespace {

constexpr int k_backlog = 1'024;

Error listen_error(const std::string& where, int error_number) {
  if (error_number == EADDRINUSE)
    return Error(Errc::exists, where + " is in use by another program");
  if (error_number == EACCES)
    return Error(Errc::no_permission, where + " may only be opened by root");
  if (error_number == EADDRNOTAVAIL)
    return Error(Errc::not_found, where + " is not an address of this machine");
  return errno_error(where, error_number);
}

}  // namespace

Result<SocketAddress> SocketAddress::of(const std::string& address, std::uint16_t port) {
  SocketAddress made;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&made.storage_);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&made.storage_);
  if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    made.size_ = sizeof(sockaddr_in);
    return made;
  }
  if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    made.size_ = sizeof(sockaddr_in6);
    return made;
  }
  return fail(Errc::bad_input, address + " is not an IPv4 or IPv6 address");
}

Result<SocketAddress> SocketAddress::of_unix(const std::string& path) {
  SocketAddress made;
  auto* address = reinterpret_cast<sockaddr_un*>(&made.storage_);
  if (path.size() >= sizeof address->sun_path)
    return fail(Errc::bad_input, path + " is too long for the name of a socket");
  address->sun_family = AF_UNIX;
  std::memcpy(address->sun_path, path.c_str(), path.size() + 1);
  made.size_ = sizeof(sockaddr_un);
  return made;
}

Endpoint SocketAddress::endpoint() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage_);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4->sin_port)};
  }
  if (family() == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage_);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    return {text.data(), ntohs(v6->sin6_port)};
  }
  return {"unix", 0};
}

Endpoint peer_end(int fd, const SocketAddress& address) {
  auto end = address.endpoint();
  ucred who{};
  socklen_t size = sizeof who;
  if (address.family() == AF_UNIX && ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0)
    end.address += " uid=" + std::to_string(who.uid) + " pid=" + std::to_string(who.pid);
  return end;
}

Endpoint local_end(int fd, const Endpoint& otherwise) {
  SocketAddress address;
  if (::getsockname(fd, address.get(), address.size()) != 0) return otherwise;
  return address.endpoint();
}

Result<ListeningSocket> ListeningSocket::open(const std::string& address, std::uint16_t port) {
  KONTOR_TRY(auto where, SocketAddress::of(address, port));
  const std::string text = where.endpoint().text();
  const int fd = ::socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(errno_error(text, errno));
  ListeningSocket socket(fd, where.endpoint());
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // 0.0.0.0 and :: side by side, each for its own family.
  if (where.family() == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd, where.get(), *where.size()) != 0 || ::listen(fd, k_backlog) != 0)
    return fail(listen_error(text, errno));
  socket.local_ = local_end(fd, socket.local_);
  return socket;
}

Result<ListeningSocket> ListeningSocket::open_unix(const std::string& path) {
  KONTOR_TRY(auto where, SocketAddress::of_unix(path));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(errno_error(path, errno));
  ListeningSocket socket(fd, where.endpoint());
  ::unlink(path.c_str());
  // The socket exists from bind() on: nobody else may connect before the mode is set.
  const mode_t mask = ::umask(0177);
  const bool bound = ::bind(fd, where.get(), *where.size()) == 0;
  const int error = errno;
  ::umask(mask);
  if (!bound) return fail(listen_error(path, error));
  if (::listen(fd, k_backlog) != 0) return fail(listen_error(path, errno));
  return socket;
}

Result<ListeningSocket> ListeningSocket::adopt(int fd) {
  ListeningSocket socket(fd, {});
  int type = 0, listens = 0;
  socklen_t size = sizeof type;
  SocketAddress address;
  const bool is_known = ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
                        ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
                        ::getsockname(fd, address.get(), address.size()) == 0;
  const bool is_internet = address.family() == AF_INET || address.family() == AF_INET6;
  if (!is_known || type != SOCK_STREAM || listens == 0 || !is_internet)
    return fail(Errc::bad_input, "descriptor " + std::to_string(fd) +
                                     " was passed, and is no TCP socket that listens");
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
    return fail(errno_error("descriptor " + std::to_string(fd), errno));
  socket.local_ = address.endpoint();
  return socket;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), local_(std::move(other.local_)) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(local_, other.local_);
  return *this;
}

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) ::close(fd_);
}

int ListeningSocket::release() noexcept { return std::exchange(fd_, -1); }

}  // namespace kontor::net
