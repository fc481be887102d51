// SPDX-License-Identifier: GPL-3.0-or-later
// kontor-extract with a reader that does what the attachment says: for tests of what happens then.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "search/extract/worker/service.hpp"

namespace {

using kontor::search::Attachment;
using kontor::search::Extracted;
using kontor::search::Extraction;

std::string try_call(long outcome) { return outcome < 0 ? std::strerror(errno) : "it was allowed"; }

std::string eat_memory() {
  std::vector<std::string> all;
  for (;;) all.emplace_back(1U << 20U, 'x');
}

std::string eat_time(bool is_busy) {
  for (volatile unsigned i = 0;; i = i + 1)
    if (!is_busy) ::sleep(1'000);
}

std::string obey(std::string_view word) {
  if (word == "open") return try_call(::open("/etc/passwd", O_RDONLY));
  if (word == "create") return try_call(::open("/tmp/kontor-misuse", O_RDWR | O_CREAT, 0600));
  if (word == "stat") {
    struct stat info{};
    return try_call(::stat("/etc/passwd", &info));
  }
  if (word == "list") return try_call(::open("/", O_RDONLY | O_DIRECTORY));
  if (word == "socket") return try_call(::socket(AF_INET, SOCK_STREAM, 0));
  if (word == "fork") return try_call(::fork());
  if (word == "exec") return try_call(::execl("/bin/true", "true", nullptr));
  if (word == "ptrace") return try_call(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
  if (word == "kill") return try_call(::kill(::getppid(), SIGTERM));
  if (word == "run data")
    return try_call(reinterpret_cast<long>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
  if (word == "crash") ::raise(SIGSEGV);
  if (word == "abort") std::abort();
  if (word == "exit") ::_exit(7);
  if (word == "memory") return eat_memory();
  if (word == "sleep") return eat_time(false);
  if (word == "spin") return eat_time(true);
  if (word == "environment")
    return ::environ == nullptr || *::environ == nullptr ? "empty" : *::environ;
  return "read: " + std::string(word);
}

Extracted read_one(const Attachment& attachment) {
  return {Extraction::read, obey(attachment.bytes), {}};
}

}  // namespace

int main() { ::_exit(kontor::search::run_extract(3, &read_one)); }
