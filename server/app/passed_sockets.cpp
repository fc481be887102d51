// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/passed_sockets.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/core/text.hpp"

namespace kontor::app {
namespace {

constexpr int k_first = 3;  // SD_LISTEN_FDS_START
constexpr int k_most = 1'024;

// Gone from the environment afterwards.
std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string out = value == nullptr ? "" : value;
  ::unsetenv(name);
  return out;
}

}  // namespace

Result<std::vector<net::ListeningSocket>> take_passed_sockets() {
  const auto process = take_variable("LISTEN_PID");
  const auto number = take_variable("LISTEN_FDS");
  static_cast<void>(take_variable("LISTEN_FDNAMES"));
  std::vector<net::ListeningSocket> sockets;
  if (parse_number<std::uint32_t>(process) != static_cast<std::uint32_t>(::getpid()))
    return sockets;
  const auto count = parse_number<std::uint32_t>(number);
  if (!count || *count > k_most)
    return fail(Errc::bad_input, "LISTEN_FDS is not a number of sockets");
  for (int fd = k_first; fd < k_first + static_cast<int>(*count); ++fd) {
    auto socket = net::ListeningSocket::adopt(fd);
    if (!socket) return fail(std::move(socket).error());
    sockets.push_back(*std::move(socket));
  }
  return sockets;
}

}  // namespace kontor::app
