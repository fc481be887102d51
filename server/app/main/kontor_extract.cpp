// SPDX-License-Identifier: GPL-3.0-or-later
// kontor-extract: started by kontord, never by hand; file descriptor 3 is the socket to it.
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "search/extract/read/reading.hpp"
#include "search/extract/worker/service.hpp"

int main() {
  constexpr int k_socket = 3;
  struct stat info{};
  if (fstat(k_socket, &info) != 0 || !S_ISSOCK(info.st_mode)) {
    std::fputs("kontor-extract is started by kontord; it cannot be run by hand.\n", stderr);
    return 2;
  }
  using namespace kontor::search;
  const auto read = [](const Attachment& file) { return read_attachment(file, {}); };
  // At once: nothing is kept that an orderly end would have to save.
  _exit(run_extract(k_socket, read));
}
