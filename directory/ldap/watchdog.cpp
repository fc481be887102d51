// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/watchdog.hpp"

#include <sys/socket.h>

namespace kontor::directory {

Watchdog::Watchdog() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

Watchdog::~Watchdog() = default;

void Watchdog::watch(int fd) {
  const std::lock_guard lock(mutex_);
  fd_ = fd;
  if (closed_ && fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

void Watchdog::cut() {
  const std::lock_guard lock(mutex_);
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

void Watchdog::cut_for_good() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

void Watchdog::set_end(std::optional<SteadyTime> end) {
  const std::lock_guard lock(mutex_);
  end_ = end;
  changed_.notify_one();
}

void Watchdog::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!end_) {
      changed_.wait(lock, stop, [this] { return end_.has_value(); });
    } else if (*end_ <= std::chrono::steady_clock::now()) {
      if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
      end_.reset();
    } else {
      const auto end = *end_;
      changed_.wait_until(lock, stop, end, [this, end] { return end_ != end; });
    }
  }
}

Watchdog::Limit::Limit(Watchdog& dog, std::chrono::milliseconds limit) : dog_(dog) {
  dog_.set_end(std::chrono::steady_clock::now() + limit);
}

Watchdog::Limit::~Limit() { dog_.set_end(std::nullopt); }

}  // namespace kontor::directory
