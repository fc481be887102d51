// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/worker/child.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>
#include <string>
#include <string_view>

#include "search/extract/protocol.hpp"
#include "search/extract/worker/sandbox.hpp"

namespace kontor::search {
namespace {

constexpr int k_status_fault = 2;

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string_view map(int descriptor) {
  const auto size = ::lseek(descriptor, 0, SEEK_END);
  if (size <= 0) return {};
  void* const at =
      ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (at == MAP_FAILED) return {};
  return {static_cast<const char*>(at), static_cast<std::size_t>(size)};
}

int read_and_answer(ReaderFiles files, ReadOne read) {
  const auto request = parse_request(map(files.request));
  if (!request) return k_status_fault;
  const auto answer = encode_answer(read(*request));
  return write_all(files.answer, answer) ? 0 : k_status_fault;
}

}  // namespace

void run_reader(ReaderFiles files, ReaderLimits limits, int parent, ReadOne read) {
  // The parent's end is ours.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent)
    ::_exit(k_status_no_sandbox);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  if (!set_limits(limits.space, limits.seconds) || !close_calls()) ::_exit(k_status_no_sandbox);
  int status = k_status_fault;
  try {
    status = read_and_answer(files, read);
  } catch (const std::bad_alloc&) {
    status = k_status_no_memory;
  } catch (...) {
    status = k_status_fault;
  }
  ::_exit(status);
}

}  // namespace kontor::search
