// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace kontor::io {
namespace {

constexpr int k_child_socket = 3;

// Frees what posix_spawn wants to be told.
struct SpawnActions {
  SpawnActions() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnActions() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

int spawn(const ChildProcess::Plan& plan, int socket, pid_t& pid) {
  SpawnActions actions;
  posix_spawn_file_actions_addopen(&actions.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.files, socket, k_child_socket);
  posix_spawn_file_actions_addclosefrom_np(&actions.files, k_child_socket + 1);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&actions.attributes, &none);
  posix_spawnattr_setflags(&actions.attributes, POSIX_SPAWN_SETSIGMASK);
  std::string name = plan.name;
  const std::array<char*, 2> arguments{name.data(), nullptr};
  const std::array<char*, 1> empty{nullptr};
  return posix_spawn(&pid, plan.program.c_str(), &actions.files, &actions.attributes,
                     arguments.data(), plan.keeps_environment ? environ : empty.data());
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const Plan& plan) {
  const int type = plan.socket == Socket::packets ? SOCK_SEQPACKET : SOCK_STREAM;
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(errno_error("making a socket pair", errno));
  ChildProcess process;
  process.socket_ = ends[0];
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  pid_t pid = 0;
  const int error = spawn(plan, ends[1], pid);
  close(ends[1]);
  if (error != 0) return fail(errno_error("starting " + plan.program, error));
  process.pid_ = pid;
  return process;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), socket_(std::exchange(other.socket_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, 0);
    socket_ = std::exchange(other.socket_, -1);
  }
  return *this;
}

std::chrono::nanoseconds ChildProcess::waited_for_cpu() const {
  std::chrono::nanoseconds waited{0};
  std::error_code error;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid_) + "/task";
  for (std::filesystem::directory_iterator at(tasks, error), end; !error && at != end;
       at.increment(error)) {
    std::int64_t ran = 0;
    std::int64_t delayed = 0;  // in nanoseconds, both
    if (std::ifstream(at->path() / "schedstat") >> ran >> delayed)
      waited += std::chrono::nanoseconds(delayed);
  }
  return waited;
}

std::string ChildProcess::end() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  if (pid_ <= 0) return {};
  const pid_t pid = std::exchange(pid_, 0);
  int status = 0;
  // It may have ended before: then its own status tells why, not our signal.
  pid_t gone = waitpid(pid, &status, WNOHANG);
  if (gone == 0) {
    kill(pid, SIGKILL);
    do {
      gone = waitpid(pid, &status, 0);
    } while (gone < 0 && errno == EINTR);
    return "killed";
  }
  if (gone < 0) return "gone";
  if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace kontor::io
