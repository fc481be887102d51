// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/acceptor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/strand.hpp>
#include <cerrno>

#include "base/log/events/server.hpp"
#include "base/net/descriptor.hpp"
#include "base/net/signal.hpp"
#include "base/net/socket_address.hpp"
#include "base/net/socket_stream.hpp"
#include "base/net/task_group.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {

namespace asio = boost::asio;

namespace {

constexpr Limit k_starved_pause = std::chrono::milliseconds(100);
constexpr Limit k_no_limit = std::chrono::hours(24 * 365);
constexpr int k_batch = 64;  // connections taken before others have their turn

void tune(int fd) {
  const int on = 1;
  // Answers are written whole: waiting for more to send (Nagle) only delays them. Refused on Unix
  // sockets, where neither means anything.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

bool is_starved(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

// Errors of the connection that was about to be accepted (accept(2)): the next may be fine.
bool is_of_the_peer(int error_number) {
  return error_number == ECONNABORTED || error_number == EPROTO || error_number == ENETDOWN ||
         error_number == EHOSTUNREACH || error_number == ENETUNREACH || error_number == EINTR ||
         error_number == EPERM;
}

}  // namespace

struct Acceptor::State {
  State(const asio::any_io_executor& all,
        ListeningSocket listening,
        std::uint32_t most,
        log::Context context,
        Handler serve)
      : executor(all),
        local(listening.local()),
        max_connections(most),
        log(context.with({{log::Keys::listener, local.text()}})),
        handler(std::move(serve)),
        strand(asio::make_strand(all)),
        socket(strand, listening.release()),
        tasks(log),
        accepting(log) {}

  asio::any_io_executor executor;
  Endpoint local;
  std::uint32_t max_connections;
  log::Context log;
  Handler handler;
  asio::any_io_executor strand;  // of the accepting coroutine
  Descriptor socket;
  Signal stopping;
  std::atomic<bool> is_stopping = false;
  std::shared_ptr<OpenSockets> sockets = std::make_shared<OpenSockets>();
  TaskGroup tasks;
  TaskGroup accepting;

  void welcome(int fd, Endpoint peer) {
    tune(fd);
    if (tasks.size() >= max_connections) {
      log.emit(log::events::k_connection_refused, {{log::Keys::peer, peer.text()}});
      ::close(fd);
      return;
    }
    const asio::any_io_executor own_strand = asio::make_strand(executor);
    auto stream =
        make_socket_stream(own_strand, fd, std::move(peer), local_end(fd, local), sockets);
    tasks.spawn(own_strand, handler(std::move(stream)));
  }

  // Takes what waits; the error number that ended it.
  int accept_batch() {
    for (int i = 0; i < k_batch; ++i) {
      SocketAddress peer;
      const int fd = ::accept4(socket.fd(), peer.get(), peer.size(), SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return errno;
      welcome(fd, peer_end(fd, peer));
    }
    return 0;
  }

  static Task<void> accept_all(std::shared_ptr<State> state);
};

Task<void> Acceptor::State::accept_all(std::shared_ptr<State> state) {
  while (!state->is_stopping) {
    const int error = state->accept_batch();
    if (error == 0 || is_of_the_peer(error)) continue;
    if (error == EAGAIN || error == EWOULDBLOCK) {
      (void)co_await state->socket.wait_ready(Direction::read, &state->stopping,
                                              deadline_after(k_no_limit));
      continue;
    }
    const auto& kind =
        is_starved(error) ? log::events::k_listener_starved : log::events::k_listener_failed;
    state->log.emit(kind, errno_error("accept", error));
    (void)co_await state->socket.pause(&state->stopping, deadline_after(k_starved_pause));
  }
  state->socket.close();
}

Acceptor::Acceptor(const asio::any_io_executor& executor,
                   ListeningSocket socket,
                   std::uint32_t max_connections,
                   log::Context log,
                   Handler handler)
    : state_(std::make_shared<State>(
          executor, std::move(socket), max_connections, std::move(log), std::move(handler))) {}

Acceptor::~Acceptor() = default;

const Endpoint& Acceptor::local() const noexcept { return state_->local; }

void Acceptor::start() {
  state_->log.emit(log::events::k_listener_opened);
  state_->accepting.spawn(state_->strand, State::accept_all(state_));
}

void Acceptor::stop() {
  state_->is_stopping = true;
  state_->stopping.raise();
}

void Acceptor::cut() { state_->sockets->cut_all(); }

std::size_t Acceptor::connections() const { return state_->tasks.size(); }

Task<bool> Acceptor::wait_ended(Limit limit) {
  const auto state = state_;
  const auto deadline = deadline_after(limit);
  const bool stopped = co_await state->accepting.wait_empty(limit);
  if (!stopped) co_return false;
  co_return co_await state->tasks.wait_empty(left_until(deadline));
}

}  // namespace kontor::net
