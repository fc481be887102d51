// SPDX-License-Identifier: GPL-3.0-or-later
// kontor-directory: started by kontord, never by hand; file descriptor 3 is the socket to it.
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdio>

#include "directory/agent/agent.hpp"

int main() {
  constexpr int k_socket = 3;
  struct stat info{};
  if (fstat(k_socket, &info) != 0 || !S_ISSOCK(info.st_mode)) {
    std::fputs("kontor-directory is started by kontord; it cannot be run by hand.\n", stderr);
    return 2;
  }
  return kontor::directory::run_agent(k_socket);
}
