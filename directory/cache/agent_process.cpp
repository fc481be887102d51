// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/cache/agent_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace kontor::directory {
namespace {

constexpr int k_agent_socket = 3;

// Frees what posix_spawn wants to be told.
struct SpawnPlan {
  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

int spawn(const std::string& program, int socket, pid_t& pid) {
  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&plan.files, socket, k_agent_socket);
  posix_spawn_file_actions_addclosefrom_np(&plan.files, k_agent_socket + 1);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGMASK);
  std::string name = "kontor-directory";
  const std::array<char*, 2> arguments{name.data(), nullptr};
  return posix_spawn(&pid, program.c_str(), &plan.files, &plan.attributes, arguments.data(),
                     environ);
}

}  // namespace

Result<AgentProcess> AgentProcess::start(const std::string& program) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(errno_error("making a socket pair", errno));
  AgentProcess process;
  process.socket_ = ends[0];
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  pid_t pid = 0;
  const int error = spawn(program, ends[1], pid);
  close(ends[1]);
  if (error != 0) return fail(errno_error("starting " + program, error));
  process.pid_ = pid;
  return process;
}

AgentProcess::AgentProcess(AgentProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), socket_(std::exchange(other.socket_, -1)) {}

AgentProcess& AgentProcess::operator=(AgentProcess&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, 0);
    socket_ = std::exchange(other.socket_, -1);
  }
  return *this;
}

std::string AgentProcess::end() {
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

}  // namespace kontor::directory
