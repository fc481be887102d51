// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/session.hpp"

#include <algorithm>

#include "base/core/answers.hpp"
#include "base/log/events/pop3.hpp"
#include "base/log/keys.hpp"

namespace kontor::pop3 {
namespace {

using log::Keys;

constexpr net::Limit k_sign_in_limit{180'000};   // to wait for a command before sign-in
constexpr net::Limit k_line_limit{60'000};       // from the first byte of a line to its last
constexpr net::Limit k_write_limit{60'000};      // a client that takes nothing for so long is gone
constexpr net::Limit k_pause{1'000};             // what was read ahead is kept for so long
constexpr net::Limit k_handshake_limit{30'000};  // of TLS
constexpr std::size_t k_piece = 32U << 10U;      // flush_if_large() writes from this size on

log::Context context_of(const Environment& environment,
                        const net::Stream& stream,
                        const trace::Session& row) {
  return environment.log.with(
      {{Keys::protocol, "pop3"}, {Keys::session, row.id()}, {Keys::peer, stream.peer().text()}});
}

}  // namespace

Session::Session(std::unique_ptr<net::Stream> stream,
                 const Environment& environment,
                 std::unique_ptr<trace::Session> row)
    : stream_(std::move(stream)),
      reader_(*stream_),
      environment_(&environment),
      log_(context_of(environment, *stream_, *row)),
      row_(std::move(row)) {
  end_.listen(*row_);
}

net::Limit Session::idle_limit() const {
  const net::Limit idle = environment_->settings.pop3.idle_timeout;
  return identity_ ? idle : std::min(idle, k_sign_in_limit);
}

Task<Result<void>> Session::wait_for_input() {
  KONTOR_CO_TRY(co_await flush());
  if (!ahead.empty()) {
    KONTOR_CO_TRY(const auto soon, co_await stream_->wait(&end_.wake(), k_pause));
    if (soon == net::Wake::readable) co_return Result<void>();
    ahead.clear();  // an idle session keeps nothing
    if (soon == net::Wake::signalled) end_.wake().raise();
  }
  KONTOR_CO_TRY(const auto wake, co_await stream_->wait(&end_.wake(), idle_limit()));
  KONTOR_CO_TRY(end_.check());
  if (wake == net::Wake::timed_out) co_return fail(Errc::timed_out, "idle for too long");
  co_return Result<void>();
}

Task<Result<std::string>> Session::read_line(std::size_t max) {
  KONTOR_CO_TRY(end_.check());  // between the commands of a pipeline too
  if (!reader_.buffered().contains('\n')) {
    KONTOR_CO_TRY(co_await wait_for_input());
  }
  auto line = co_await reader_.read_line(max, k_line_limit);
  if (!line && line.error().code() == Errc::limit) {
    KONTOR_CO_TRY(co_await reader_.skip_line(k_line_limit));
  }
  co_return line;
}

void Session::ok(std::string_view text) { out_.append("+OK ").append(text).append("\r\n"); }

void Session::error(std::string_view text) {
  note_refusal(text);
  out_.append("-ERR ").append(text).append("\r\n");
}

void Session::bad(std::string_view text) {
  ++bad_commands;
  error(text);
}

void Session::refuse(const Error& error) {
  const auto& answer = answer_for(error.code());
  note_refusal(error.text());
  out_.append("-ERR ");
  // RFC 2449, 8
  if (!answer.pop3_code.empty()) out_.append("[").append(answer.pop3_code).append("] ");
  out_.append(answer.text).append("\r\n");
}

void Session::note_refusal(std::string_view reason) const {
  log_.emit(log::events::k_pop3_command_refused,
            {{Keys::command, command}, {Keys::reason, reason}});
}

Task<Result<void>> Session::flush() {
  const std::string out = std::exchange(out_, {});
  if (out.empty()) co_return Result<void>();
  written += out.size();
  co_return co_await stream_->write(out, k_write_limit);
}

Task<Result<void>> Session::flush_if_large() {
  if (out_.size() < k_piece) co_return Result<void>();
  written += out_.size();
  auto result = co_await stream_->write(out_, k_write_limit);
  out_.clear();  // keeps its memory for the next piece
  co_return result;
}

Task<Result<void>> Session::start_tls() {
  auto certificate = environment_->tls();
  if (certificate == nullptr) co_return fail(Errc::unavailable, "no certificate");
  auto started = co_await stream_->start_tls(std::move(certificate), k_handshake_limit);
  // RFC 2595, 4: nothing that came in the clear counts, bytes behind STLS least.
  reader_.discard();
  user.clear();
  if (!started) {
    log_.emit(log::events::k_pop3_tls_failed, started.error());
    co_return fail(Errc::closed, "TLS handshake failed");
  }
  row_->set_tls(true);
  log_ = log_.with({{Keys::tls, stream_->tls_info().version}});
  co_return Result<void>();
}

Task<void> Session::close() {
  static_cast<void>(co_await flush());
  co_await stream_->close();
}

Result<void> Session::enter(directory::Identity identity) {
  KONTOR_TRY(row_->set_identity(identity));
  log_ = log_.with({{Keys::user, identity.login}});
  identity_ = std::move(identity);
  row_->set_state("transaction");
  return {};
}

}  // namespace kontor::pop3
