// SPDX-License-Identifier: GPL-3.0-or-later
// A line is one write(2) to a descriptor opened for appending, so lines of several threads and of
// several processes never mix. A line that cannot be written is dropped and counted as
// "log.line.dropped"; nothing waits for a full disk.
#include "base/log/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <unordered_map>

#include "base/core/guarded.hpp"
#include "base/log/events/log.hpp"
#include "base/log/line.hpp"

namespace kontor::log {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Result<Descriptor> open_for_append(const std::string& path) {
  if (path.empty()) return Descriptor(STDERR_FILENO);
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return fail(errno_error("log file " + path, errno));
  return Descriptor(fd);
}

bool write_all(int fd, std::string_view line) {
  while (!line.empty()) {
    const auto written = ::write(fd, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// One for each event of the vocabulary, made once: counting takes no lock. Others (of tests) are
// counted behind one; names of events are literals, a view of one stays valid.
class Counts {
 public:
  Counts() {
    for (const auto* kind : vocabulary()) known_[kind->name] = 0;
  }
  void add(std::string_view name) {
    const auto found = known_.find(name);
    if (found != known_.end())
      found->second.fetch_add(1, std::memory_order_relaxed);
    else
      others_.with([&](auto& others) { ++others[name]; });
  }
  std::map<std::string, std::uint64_t> all() const {
    std::map<std::string, std::uint64_t> out;
    for (const auto& [name, count] : known_)
      if (const auto value = count.load(std::memory_order_relaxed); value > 0)
        out.emplace(name, value);
    others_.with([&](const auto& others) { out.insert(others.begin(), others.end()); });
    return out;
  }

 private:
  std::unordered_map<std::string_view, std::atomic<std::uint64_t>> known_;
  Guarded<std::map<std::string_view, std::uint64_t>> others_;
};

constexpr std::size_t k_recent_lines = 4'000, k_recent_bytes = 4U << 20U;

// The newest lines.
struct Recent {
  std::deque<std::string> lines;
  std::size_t bytes = 0;

  void add(std::string line) {
    bytes += line.size();
    lines.push_back(std::move(line));
    while (lines.size() > k_recent_lines || bytes > k_recent_bytes) {
      bytes -= lines.front().size();
      lines.pop_front();
    }
  }
};

}  // namespace

struct Log::State {
  State(Descriptor file, std::string file_path, Format line_format, LogLevel least_level)
      : path(std::move(file_path)),
        format(line_format),
        least(least_level),
        descriptor(std::move(file)) {}

  std::string path;
  Format format;
  LogLevel least;
  Guarded<Descriptor> descriptor;
  Counts counts;
  Guarded<Recent> recent;
};

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const std::string& path, Format format, LogLevel least) {
  KONTOR_TRY(auto file, open_for_append(path));
  auto state = std::make_unique<State>(std::move(file), path, format, least);
  return std::unique_ptr<Log>(new Log(std::move(state)));
}

void Log::write(const EventKind& kind, const Fields& inherited, const Fields& own) {
  state_->counts.add(kind.name);
  if (kind.level < state_->least) return;
  auto line = format_line(state_->format, std::chrono::system_clock::now(), kind, inherited, own);
  const bool written =
      state_->descriptor.with([&](Descriptor& file) { return write_all(file.get(), line); });
  if (!written) state_->counts.add(events::k_log_line_dropped.name);
  state_->recent.with([&](Recent& recent) { recent.add(std::move(line)); });
}

Result<void> Log::reopen() {
  KONTOR_TRY(auto file, open_for_append(state_->path));
  state_->descriptor.with([&](Descriptor& old) { std::swap(old, file); });
  return {};
}

std::vector<std::string> Log::recent() const {
  return state_->recent.with([](const Recent& recent) {
    return std::vector<std::string>(recent.lines.begin(), recent.lines.end());
  });
}

std::map<std::string, std::uint64_t> Log::counts() const { return state_->counts.all(); }

}  // namespace kontor::log
