// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/source_loop.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/core/time.hpp"

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

constexpr auto k_first_pause = 100ms;
constexpr auto k_longest_pause = 2'000ms;
}  // namespace

SourceLoop::SourceLoop(std::string name)
    : name_(std::move(name)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      status_(SourceStatus{name_, false, "", "not asked yet", 0}) {}

void SourceLoop::stop() {
  stopped_ = true;
  dog_.cut_for_good();
  wake();
}

SourceStatus SourceLoop::status() const {
  return status_.with([](const SourceStatus& status) { return status; });
}

void SourceLoop::reconcile() {
  wants_everything_ = true;
  wake();
}

void SourceLoop::keep_trying(const std::function<bool()>& attempt) {
  std::chrono::milliseconds length = k_first_pause;
  while (!stopped_) {
    if (attempt()) length = k_first_pause;
    if (stopped_) break;
    pause(length);
    length = std::min<std::chrono::milliseconds>(2 * length, k_longest_pause);
  }
}

void SourceLoop::wake() const {
  const std::uint64_t one = 1;
  if (write(wake_.fd(), &one, sizeof one) < 0) return;  // full: it is awake already
}

void SourceLoop::drain() const {
  std::uint64_t count = 0;
  if (read(wake_.fd(), &count, sizeof count) < 0) return;
}

void SourceLoop::pause(std::chrono::milliseconds length) const {
  pollfd entry{wake_.fd(), POLLIN, 0};
  poll(&entry, 1, static_cast<int>(length.count()));
  drain();
}

void SourceLoop::hand_over(Changes changes, SourceReceiver& receiver) {
  if (changes.empty()) return;
  const auto now = system_clock().now().time_since_epoch().count();
  status_.with([now](SourceStatus& status) { status.changed = now; });
  receiver.apply(name_, std::move(changes));
}

void SourceLoop::say(bool reachable,
                     const std::string& server,
                     const std::string& detail,
                     SourceReceiver& receiver) {
  const bool differs = status_.with([&](SourceStatus& status) {
    if (status.is_reachable == reachable && status.server == server && status.detail == detail)
      return false;
    status.is_reachable = reachable;
    status.server = server;
    status.detail = detail;
    return true;
  });
  if (differs) receiver.status_changed(name_);
}

}  // namespace kontor::directory
