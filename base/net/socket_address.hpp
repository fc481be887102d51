// SPDX-License-Identifier: GPL-3.0-or-later
// Socket addresses of the kernel and endpoints, one made from the other.
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/core/result.hpp"
#include "base/net/stream.hpp"

namespace kontor::net {

class SocketAddress {
 public:
  SocketAddress() = default;
  // bad_input: not a numeric IPv4 or IPv6 address.
  static Result<SocketAddress> of(const std::string& address, std::uint16_t port);
  // bad_input: the path is too long for a Unix socket (107 bytes).
  static Result<SocketAddress> of_unix(const std::string& path);

  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t* size() noexcept { return &size_; }
  int family() const noexcept { return storage_.ss_family; }
  Endpoint endpoint() const;  // address "unix" for Unix sockets

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = sizeof(sockaddr_storage);
};

// The other end of an accepted one: its address, or of a Unix socket "unix uid=0 pid=123", by which
// the kernel says who connected (unix(7), SO_PEERCRED).
Endpoint peer_end(int fd, const SocketAddress& address);
// Our end of a connected socket; `otherwise` when the kernel does not say.
Endpoint local_end(int fd, const Endpoint& otherwise);

}  // namespace kontor::net
