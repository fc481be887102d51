// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/socket_stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/net/tls_session.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {
namespace {

constexpr Limit k_linger = std::chrono::milliseconds(500);
constexpr std::size_t k_linger_bytes = 1U << 20U;

IoStep step_of_errno(int error_number, Direction direction) {
  if (error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR)
    return direction == Direction::read ? IoStep::want_read : IoStep::want_write;
  return IoStep::failed;
}

class SocketStream final : public Stream, public TlsClientEnd {
 public:
  SocketStream(const boost::asio::any_io_executor& strand,
               int fd,
               Endpoint peer,
               Endpoint local,
               std::shared_ptr<OpenSockets> sockets)
      : descriptor_(strand, fd, std::move(sockets)),
        peer_(std::move(peer)),
        local_(std::move(local)) {}

  Task<Result<std::size_t>> read_some(std::span<char> buffer, Limit limit) override {
    const auto deadline = deadline_after(limit);
    while (true) {
      std::size_t got = 0;
      const IoStep step = try_read(buffer, got);
      if (step == IoStep::done) co_return got;
      if (step == IoStep::ended) co_return 0;
      if (step == IoStep::failed) co_return failure();
      KONTOR_CO_TRY(co_await wait_for(step, deadline));
    }
  }

  Task<Result<void>> write(std::string_view data, Limit limit) override {
    while (!data.empty() || (tls_ && tls_->has_unsent())) {
      std::size_t put = 0;
      const IoStep step = try_write(data, put);
      data.remove_prefix(put);
      if (step == IoStep::done) continue;
      if (step == IoStep::ended || step == IoStep::failed) co_return failure();
      auto ready = co_await wait_for(step, deadline_after(limit));
      if (!ready) {
        // A record may be half on the wire: nothing else can be said on this connection.
        if (tls_) is_broken_ = true;
        co_return ready;
      }
    }
    co_return Result<void>();
  }

  Task<Result<Wake>> wait(Signal* signal, Limit limit) override {
    const auto deadline = deadline_after(limit);
    if (signal != nullptr && signal->take()) co_return Wake::signalled;
    while (true) {
      const IoStep step = try_peek();
      if (step != IoStep::want_read && step != IoStep::want_write) co_return Wake::readable;
      const Direction direction = step == IoStep::want_read ? Direction::read : Direction::write;
      const Wake wake = co_await descriptor_.wait_ready(direction, signal, deadline);
      // Readiness may be a record without data (a new ticket, a key update): peek tells.
      if (wake != Wake::readable || !tls_) co_return wake;
    }
  }

  Task<Result<void>> start_tls(std::shared_ptr<const TlsContext> context, Limit limit) override {
    if (tls_) co_return fail(Errc::conflict, "TLS is active already");
    if (descriptor_.fd() < 0) co_return fail(Errc::closed);
    const auto deadline = deadline_after(limit);
    KONTOR_CO_TRY(tls_, TlsSession::accept(std::move(context), descriptor_.fd()));
    co_return co_await shake_hands(deadline);
  }

  Task<Result<void>> become_tls_client(TlsWish wish, Limit limit) override {
    if (tls_) co_return fail(Errc::conflict, "TLS is active already");
    if (descriptor_.fd() < 0) co_return fail(Errc::closed);
    const auto deadline = deadline_after(limit);
    KONTOR_CO_TRY(tls_, TlsSession::connect(std::move(wish), descriptor_.fd()));
    co_return co_await shake_hands(deadline);
  }

  std::string peer_certificate() const override {
    return tls_ ? tls_->peer_certificate() : std::string();
  }
  CertificateVerdict certificate_verdict() const override {
    return tls_ ? tls_->certificate_verdict() : CertificateVerdict();
  }

  Task<void> close() override {
    if (descriptor_.fd() < 0) co_return;
    if (tls_ && !is_broken_) tls_->say_goodbye();
    if (::shutdown(descriptor_.fd(), SHUT_WR) == 0) co_await drain();
    descriptor_.close();
  }

  bool is_tls() const override { return tls_ != nullptr; }
  TlsInfo tls_info() const override { return tls_ ? tls_->info() : TlsInfo(); }
  const Endpoint& peer() const override { return peer_; }
  const Endpoint& local() const override { return local_; }

 private:
  Task<Result<void>> shake_hands(SteadyTime deadline) {
    while (true) {
      const IoStep step = tls_->handshake();
      if (step == IoStep::done) co_return Result<void>();
      if (step == IoStep::ended || step == IoStep::failed) {
        is_broken_ = true;
        co_return fail(Errc::bad_input, "TLS handshake: " + tls_->failure());
      }
      auto ready = co_await wait_for(step, deadline);
      if (ready) continue;
      is_broken_ = true;
      co_return ready;
    }
  }

  IoStep try_read(std::span<char> buffer, std::size_t& got) {
    if (is_broken_ || descriptor_.fd() < 0) return IoStep::failed;
    if (tls_) return tls_->read(buffer, got);
    const auto count = ::recv(descriptor_.fd(), buffer.data(), buffer.size(), 0);
    if (count < 0) return step_of_errno(errno, Direction::read);
    got = static_cast<std::size_t>(count);
    return got == 0 ? IoStep::ended : IoStep::done;
  }

  IoStep try_write(std::string_view data, std::size_t& put) {
    if (is_broken_ || descriptor_.fd() < 0) return IoStep::failed;
    if (tls_) return tls_->write(data, put);
    const auto count = ::send(descriptor_.fd(), data.data(), data.size(), MSG_NOSIGNAL);
    if (count < 0) return step_of_errno(errno, Direction::write);
    put = static_cast<std::size_t>(count);
    return IoStep::done;
  }

  IoStep try_peek() {
    if (is_broken_ || descriptor_.fd() < 0) return IoStep::failed;
    if (tls_) return tls_->peek();
    pollfd poll{descriptor_.fd(), POLLIN, 0};
    return ::poll(&poll, 1, 0) == 1 ? IoStep::done : IoStep::want_read;
  }

  std::unexpected<Error> failure() {
    is_broken_ = true;
    return fail(Errc::closed, tls_ ? tls_->failure() : std::string());
  }

  Task<Result<void>> wait_for(IoStep step, SteadyTime deadline) {
    const Direction direction = step == IoStep::want_read ? Direction::read : Direction::write;
    const Wake wake = co_await descriptor_.wait_ready(direction, nullptr, deadline);
    if (wake == Wake::timed_out) co_return fail(Errc::timed_out);
    co_return Result<void>();
  }

  // Closing with unread input makes the kernel reset the connection, and the peer may lose our last
  // words: read on for a moment until the peer has ended too (RFC 9293, 3.10.4).
  Task<void> drain() {
    std::array<char, 4'096> waste;
    std::size_t total = 0;
    const auto deadline = deadline_after(k_linger);
    while (total < k_linger_bytes) {
      const auto count = ::recv(descriptor_.fd(), waste.data(), waste.size(), 0);
      if (count == 0) co_return;
      if (count > 0) {
        total += static_cast<std::size_t>(count);
        continue;
      }
      if (step_of_errno(errno, Direction::read) == IoStep::failed) co_return;
      const Wake wake = co_await descriptor_.wait_ready(Direction::read, nullptr, deadline);
      if (wake == Wake::timed_out) co_return;
    }
  }

  Descriptor descriptor_;
  Endpoint peer_;
  Endpoint local_;
  std::unique_ptr<TlsSession> tls_;
  bool is_broken_ = false;
};

}  // namespace

std::unique_ptr<Stream> make_socket_stream(const boost::asio::any_io_executor& strand,
                                           int fd,
                                           Endpoint peer,
                                           Endpoint local,
                                           std::shared_ptr<OpenSockets> sockets) {
  return std::make_unique<SocketStream>(strand, fd, std::move(peer), std::move(local),
                                        std::move(sockets));
}

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

}  // namespace kontor::net
