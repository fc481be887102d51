// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/line/connection.hpp"

#include <utility>

#include "base/log/keys.hpp"

namespace kontor::line {
namespace {

using log::Keys;

constexpr net::Limit k_write_limit{60'000};      // a client that takes nothing for so long is gone
constexpr net::Limit k_handshake_limit{30'000};  // of TLS
constexpr net::Limit k_goodbye_limit{10'000};
constexpr std::size_t k_piece = 32U << 10U;  // flush_if_large() writes from this size on

log::Context context_of(const Environment& environment,
                        const Protocol& protocol,
                        const net::Stream& stream,
                        const trace::Session& row) {
  return environment.log.with({{Keys::protocol, protocol.name},
                               {Keys::session, row.id()},
                               {Keys::peer, stream.peer().text()}});
}

}  // namespace

Task<std::unique_ptr<trace::Session>> admit(net::Stream& stream,
                                            bool implicit_tls,
                                            const Environment& environment,
                                            const Protocol& protocol,
                                            std::string goodbye) {
  auto row = environment.sessions.enter(std::string(protocol.name), stream.peer(), implicit_tls);
  if (row) co_return *std::move(row);
  environment.log.emit(protocol.refused, row.error(), {{Keys::peer, stream.peer().text()}});
  if (!implicit_tls) static_cast<void>(co_await stream.write(goodbye, k_goodbye_limit));
  co_await stream.close();
  co_return nullptr;
}

Connection::Connection(std::unique_ptr<net::Stream> stream,
                       const Environment& environment,
                       const Protocol& protocol,
                       std::unique_ptr<trace::Session> row)
    : stream_(std::move(stream)),
      reader_(*stream_),
      environment_(&environment),
      protocol_(&protocol),
      log_(context_of(environment, protocol, *stream_, *row)),
      row_(std::move(row)) {
  end_.listen(*row_);
}

// Why it ended, in words for the log.
Task<std::string> Connection::converse(bool implicit_tls) {
  if (implicit_tls) {
    const auto started = co_await start_tls();
    if (!started) co_return started.error().text();
  }
  log_.emit(protocol_->opened);
  const auto talked = co_await talk();
  if (talked) co_return "goodbye";
  say_goodbye(talked.error());
  co_return talked.error().text();
}

Task<void> Connection::live(bool implicit_tls) {
  std::string reason = "internal error";
  try {
    reason = co_await converse(implicit_tls);
  } catch (const std::exception& error) {
    // A broken promise of our own: this connection ends, the others go on.
    out_.clear();
    note_failure(error.what());
  }
  static_cast<void>(co_await flush());
  note_end(reason);
  co_await stream_->close();
}

Task<Result<void>> Connection::start_tls() {
  auto certificate = environment_->tls();
  if (certificate == nullptr) co_return fail(Errc::unavailable, "no certificate");
  const auto started = co_await stream_->start_tls(std::move(certificate), k_handshake_limit);
  // Nothing that came in the clear counts, bytes behind the wish for TLS least.
  reader_.discard();
  if (!started) {
    log_.emit(protocol_->tls_failed, started.error());
    co_return fail(Errc::closed, "TLS handshake failed");
  }
  row_->set_tls(true);
  log_with({{Keys::tls, stream_->tls_info().version}});
  co_return Result<void>();
}

Task<Result<void>> Connection::flush() {
  const std::string out = std::exchange(out_, {});
  if (out.empty()) co_return Result<void>();
  written += out.size();
  co_return co_await stream_->write(out, k_write_limit);
}

Task<Result<void>> Connection::flush_if_large() {
  if (out_.size() < k_piece) co_return Result<void>();
  written += out_.size();
  auto result = co_await stream_->write(out_, k_write_limit);
  out_.clear();  // keeps its memory for the next piece
  co_return result;
}

Task<Result<void>> Connection::wait_for_input(net::Limit limit) {
  KONTOR_CO_TRY(co_await flush());
  KONTOR_CO_TRY(const auto wake, co_await stream_->wait(&end_.wake(), limit));
  KONTOR_CO_TRY(end_.check());
  if (wake == net::Wake::timed_out) co_return fail(Errc::timed_out, "idle for too long");
  co_return Result<void>();
}

Task<Result<bool>> Connection::wait_shortly(net::Limit limit) {
  KONTOR_CO_TRY(co_await flush());
  KONTOR_CO_TRY(const auto wake, co_await stream_->wait(&end_.wake(), limit));
  if (wake == net::Wake::signalled) end_.wake().raise();  // for the wait that comes
  co_return wake == net::Wake::readable;
}

Result<void> Connection::take_identity(directory::Identity identity) {
  KONTOR_TRY(row_->set_identity(identity));
  identity_ = std::move(identity);
  return {};
}

void Connection::drop_identity() {
  row_->clear_identity();
  identity_.reset();
}

}  // namespace kontor::line
