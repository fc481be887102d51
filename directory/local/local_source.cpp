// SPDX-License-Identifier: GPL-3.0-or-later
// inotify on the folder (editors replace files by renaming) says at once that something happened; a
// look at the file once a second finds the rest, so a file system without inotify works, too.
#include "directory/local/local_source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <tuple>

#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/crypto/password.hpp"
#include "directory/local/ldif_edit.hpp"
#include "directory/local/local_directory.hpp"

namespace kontor::directory {
namespace {

constexpr int k_look_ms = 1'000;
constexpr std::chrono::milliseconds k_quiet{
    150};  // no writing for so long: the writer has finished
constexpr off_t k_max_file = 256 << 20;
constexpr std::chrono::seconds k_first_read{5};  // how long a sign-in waits for the file to be read

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// What tells one state of a file from another; all zeros: there is no file.
using Stamp = std::tuple<ino_t, off_t, time_t, long, time_t, long>;

Stamp stamp_of(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_ino,          info.st_size,        info.st_mtim.tv_sec,
          info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec};
}

Result<std::string> read_whole(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fail(errno_error("opening " + path, errno));
  struct stat info{};
  if (fstat(file.get(), &info) != 0) return fail(errno_error("reading " + path, errno));
  if (!S_ISREG(info.st_mode) || info.st_size > k_max_file)
    return fail(Errc::limit, path + " is too large or not a file");
  std::string bytes(static_cast<std::size_t>(info.st_size) + 1, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error("reading " + path, errno));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

struct LocalSource::State {
  struct Shared {
    SourceStatus status;
    bool is_loaded = false;  // before, nobody can say that a password is wrong
    std::map<PrincipalId, std::vector<std::string>> passwords;
  };
  State(std::string path_in, const Clock& clock_in, std::string attribute, Reading reading_in)
      : path(std::move(path_in)),
        policy_attribute(std::move(attribute)),
        reading(std::move(reading_in)),
        clock(clock_in),
        wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        changes(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
        unknown_hash(crypto::hash_password("no password is this one")) {}

  // Waits for word from the folder, for stop() or reconcile(), or until the time is over.
  void wait(int limit_ms) {
    pollfd ready[] = {{wake.get(), POLLIN, 0}, {changes.get(), POLLIN, 0}};
    if (poll(ready, 2, limit_ms) <= 0) return;
    alignas(inotify_event) char buffer[4096];
    while (read(changes.get(), buffer, sizeof buffer) > 0) {
    }
    std::uint64_t count = 0;
    if (read(wake.get(), &count, sizeof count) < 0 && errno != EAGAIN) is_stopped = true;
  }
  // The stamp of the file when it has not changed for a while.
  Stamp settle(Stamp now) {
    using std::chrono::steady_clock;
    auto quiet_since = steady_clock::now();
    while (!is_stopped) {
      const auto left = quiet_since + k_quiet - steady_clock::now();
      if (left.count() <= 0) break;
      wait(static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
      if (const Stamp later = stamp_of(path); later != std::exchange(now, later))
        quiet_since = steady_clock::now();
    }
    return now;
  }
  void raise() {
    const std::uint64_t one = 1;
    if (write(wake.get(), &one, sizeof one) < 0) return;  // full: it is raised already
  }
  // The file has been read, or could not be: who waits at the start goes on.
  void first_read_done() {
    {
      const std::lock_guard lock(first_mutex);
      is_first_done = true;
    }
    first_done.notify_all();
  }
  void wait_for_first_read() {
    std::unique_lock lock(first_mutex);
    first_done.wait_for(lock, k_first_read, [this] { return is_first_done; });
  }
  void note(bool is_reachable, std::string detail, bool has_changed) {
    shared.with([&](Shared& s) {
      s.status.is_reachable = is_reachable;
      s.status.detail = std::move(detail);
      if (has_changed) s.status.changed = clock.now().time_since_epoch().count();
    });
  }

  const std::string path;
  const std::string policy_attribute;
  const Reading reading;
  const Clock& clock;
  const Descriptor wake, changes;
  const std::string unknown_hash;
  std::atomic<bool> is_stopped{false}, is_asked{false};
  Guarded<Shared> shared;
  std::mutex first_mutex;
  std::condition_variable first_done;
  bool is_first_done = false;
};

LocalSource::LocalSource(std::string path,
                         const Clock& clock,
                         std::string policy_attribute,
                         Reading reading)
    : state_(std::make_unique<State>(
          std::move(path), clock, std::move(policy_attribute), std::move(reading))) {
  state_->shared.with([&](State::Shared& s) {
    s.status.source = name();
    s.status.server = state_->path;
    s.status.detail = "not read yet";
  });
}

LocalSource::~LocalSource() = default;

std::string LocalSource::name() const { return std::string(k_local_source); }

void LocalSource::stop() {
  state_->is_stopped = true;
  state_->raise();
  state_->first_read_done();
}

void LocalSource::reconcile() {
  state_->is_asked = true;
  state_->raise();
}

SourceStatus LocalSource::status() const {
  return state_->shared.with([](const State::Shared& s) { return s.status; });
}

void LocalSource::run(SourceReceiver& receiver) {
  inotify_add_watch(state_->changes.get(), folder_of(state_->path).c_str(),
                    IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM);
  std::optional<Stamp> loaded;
  while (!state_->is_stopped) {
    Stamp now = stamp_of(state_->path);
    if (loaded && *loaded == now && !state_->is_asked.exchange(false)) {
      state_->wait(k_look_ms);
      continue;
    }
    if (loaded) now = state_->settle(now);  // somebody may still be writing
    loaded = now;
    auto bytes = read_whole(state_->path);
    auto directory = bytes
                         ? parse_local_directory(*bytes, state_->policy_attribute, state_->reading)
                         : fail(bytes.error());
    // Cut off in the middle of being written, unless it says that it is not.
    if (directory && directory->principals.empty() && !trim(*bytes).ends_with(k_nobody_line))
      directory = fail(Errc::bad_input, "there is nobody in the file");
    if (!directory) {
      state_->note(false, directory.error().detail(), false);
      state_->first_read_done();
      receiver.status_changed(name());
      continue;
    }
    std::string odd = directory->problems.empty() ? "" : directory->problems.front();
    if (directory->problems.size() > 1)
      odd += " (and " + std::to_string(directory->problems.size() - 1) + " more)";
    state_->shared.with([&](State::Shared& s) {
      s.passwords = std::move(directory->passwords);
      s.is_loaded = true;
    });
    state_->first_read_done();
    state_->note(true, std::move(odd), true);
    Changes changes;
    changes.is_complete = true;
    changes.upserts = std::move(directory->principals);
    receiver.apply(name(), std::move(changes));
    receiver.status_changed(name());
  }
}

Result<void> LocalSource::check(const Principal& principal,
                                std::string_view,
                                std::string_view password) {
  using Hashes = std::vector<std::string>;
  const auto look = [&] {
    return state_->shared.with([&](const State::Shared& s) -> std::optional<Hashes> {
      if (!s.is_loaded) return std::nullopt;
      const auto found = s.passwords.find(principal.id);
      return found == s.passwords.end() ? Hashes() : found->second;
    });
  };
  auto known = look();
  if (!known) {  // a client that was there before us
    state_->wait_for_first_read();
    known = look();
  }
  if (!known) return fail(Errc::unavailable, "the LDIF file could not be read yet");
  const Hashes& hashes = *known;
  if (hashes.empty()) {
    check_unknown(password);
    return fail(Errc::auth_failed, "no usable password in the LDIF file");
  }
  for (const auto& hash : hashes)
    if (crypto::verify_password(hash, password)) return {};
  return fail(Errc::auth_failed, "wrong password");
}

void LocalSource::check_unknown(std::string_view password) {
  // The answer is of no interest, the time it takes is.
  if (crypto::verify_password(state_->unknown_hash, password)) state_->raise();
}

}  // namespace kontor::directory
