// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/descriptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>

#include "base/net/waiter.hpp"

namespace kontor::net {

namespace asio = boost::asio;

void OpenSockets::add(int fd) {
  const std::lock_guard lock(mutex_);
  fds_.insert(fd);
}

void OpenSockets::remove(int fd) {
  const std::lock_guard lock(mutex_);
  fds_.erase(fd);
}

void OpenSockets::cut_all() {
  const std::lock_guard lock(mutex_);
  for (const int fd : fds_) ::shutdown(fd, SHUT_RDWR);
}

struct Descriptor::State {
  explicit State(const asio::any_io_executor& strand) : descriptor(strand), waiter(strand) {}
  asio::posix::stream_descriptor descriptor;
  Waiter waiter;
  bool pending = false;  // a readiness handler is on its way
};

Descriptor::Descriptor(const asio::any_io_executor& strand,
                       int fd,
                       std::shared_ptr<OpenSockets> sockets)
    : state_(std::make_shared<State>(strand)), sockets_(std::move(sockets)), fd_(fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  boost::system::error_code failed;  // without readiness every wait runs into its limit
  state_->descriptor.assign(fd, failed);
  if (sockets_) sockets_->add(fd);
}

Descriptor::~Descriptor() { close(); }

Task<Wake> Descriptor::wait_ready(Direction direction, Signal* signal, SteadyTime deadline) {
  const auto state = state_;
  if (signal != nullptr && signal->take()) co_return Wake::signalled;
  if (fd_ < 0) co_return Wake::readable;  // whoever uses it next is told
  std::optional<SignalWatch> watch;
  if (signal != nullptr) watch.emplace(*signal, state->waiter);
  state->pending = true;
  state->descriptor.async_wait(direction == Direction::read
                                   ? asio::posix::descriptor_base::wait_read
                                   : asio::posix::descriptor_base::wait_write,
                               [state](boost::system::error_code) {
                                 state->pending = false;
                                 state->waiter.wake();
                               });
  Wake outcome = Wake::readable;
  while (state->pending) {
    if (signal != nullptr && signal->take())
      outcome = Wake::signalled;
    else if (std::chrono::steady_clock::now() >= deadline)
      outcome = Wake::timed_out;
    if (outcome != Wake::readable) break;
    co_await state->waiter.sleep_until(deadline);
  }
  boost::system::error_code ignored;
  if (state->pending) state->descriptor.cancel(ignored);
  // The handler of this wait must not be taken for the one of the next.
  while (state->pending) co_await state->waiter.sleep_until(deadline_after(std::chrono::hours(1)));
  co_return outcome;
}

Task<Wake> Descriptor::pause(Signal* signal, SteadyTime deadline) {
  const auto state = state_;
  std::optional<SignalWatch> watch;
  if (signal != nullptr) watch.emplace(*signal, state->waiter);
  while (std::chrono::steady_clock::now() < deadline) {
    if (signal != nullptr && signal->take()) co_return Wake::signalled;
    co_await state->waiter.sleep_until(deadline);
  }
  co_return Wake::timed_out;
}

void Descriptor::close() {
  if (fd_ < 0) return;
  if (sockets_) sockets_->remove(fd_);
  fd_ = -1;
  boost::system::error_code ignored;
  state_->descriptor.close(ignored);
}

int Descriptor::release() {
  if (fd_ < 0) return -1;
  if (sockets_) sockets_->remove(fd_);
  fd_ = -1;
  return state_->descriptor.release();
}

}  // namespace kontor::net
