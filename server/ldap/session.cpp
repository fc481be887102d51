// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/session.hpp"

#include <algorithm>

#include "base/log/events/ldap.hpp"
#include "base/log/keys.hpp"

namespace kontor::ldap {
namespace {

using log::Keys;

constexpr net::Limit k_sign_in_limit{60'000};    // to wait for a request before sign-in
constexpr net::Limit k_read_limit{60'000};       // between the bytes of a message
constexpr net::Limit k_write_limit{60'000};      // a client that takes nothing for so long is gone
constexpr net::Limit k_handshake_limit{30'000};  // of TLS
constexpr std::size_t k_piece = 64U << 10U;      // flush_if_large() writes from this size on

log::Context context_of(const Environment& environment,
                        const net::Stream& stream,
                        const trace::Session& row) {
  return environment.log.with(
      {{Keys::protocol, "ldap"}, {Keys::session, row.id()}, {Keys::peer, stream.peer().text()}});
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

Task<Result<void>> Session::wait_for_input() {
  KONTOR_CO_TRY(co_await flush());
  const net::Limit idle = environment_->settings.address_book.idle_timeout;
  const auto limit = identity_ ? idle : std::min(idle, k_sign_in_limit);
  KONTOR_CO_TRY(const auto wake, co_await stream_->wait(&end_.wake(), limit));
  KONTOR_CO_TRY(end_.check());
  if (wake == net::Wake::timed_out) co_return fail(Errc::timed_out, "idle for too long");
  co_return Result<void>();
}

Task<Result<std::string>> Session::read_message() {
  KONTOR_CO_TRY(end_.check());  // between the requests of a pipeline too
  const std::size_t most = environment_->settings.address_book.max_request;
  if (reader_.buffered().empty()) {
    KONTOR_CO_TRY(co_await wait_for_input());
  }
  for (;;) {
    KONTOR_CO_TRY(const auto size, wire::message_size(reader_.buffered(), most));
    if (size && reader_.buffered().size() >= *size) {
      std::string message(reader_.buffered().substr(0, *size));
      reader_.consume(*size);
      ++requests;
      co_return message;
    }
    KONTOR_CO_TRY(co_await flush());
    KONTOR_CO_TRY(co_await reader_.fill(k_read_limit));
  }
}

Task<Result<void>> Session::flush() {
  const std::string out = std::exchange(out_, {});
  if (out.empty()) co_return Result<void>();
  co_return co_await stream_->write(out, k_write_limit);
}

Task<Result<void>> Session::flush_if_large() {
  if (out_.size() < k_piece) co_return Result<void>();
  KONTOR_CO_TRY(end_.check());
  co_return co_await flush();
}

void Session::note_refusal(const wire::Outcome& outcome) const {
  log_.emit(log::events::k_ldap_request_refused,
            {{Keys::reason, outcome.text}, {Keys::status, static_cast<int>(outcome.code)}});
}

void Session::answer(std::int32_t id,
                     std::uint8_t tag,
                     const wire::Outcome& outcome,
                     const std::vector<wire::Control>& controls) {
  if (!outcome.is_success()) note_refusal(outcome);
  wire::put_result(out_, id, tag, outcome, controls);
}

Task<Result<void>> Session::start_tls() {
  auto certificate = environment_->tls();
  if (certificate == nullptr) co_return fail(Errc::unavailable, "no certificate");
  auto started = co_await stream_->start_tls(std::move(certificate), k_handshake_limit);
  reader_.discard();
  if (!started) {
    log_.emit(log::events::k_ldap_tls_failed, started.error());
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
  identity_ = std::move(identity);
  row_->set_state("reading");
  return {};
}

void Session::leave() {
  if (!identity_) return;
  row_->clear_identity();
  row_->set_state("");
  identity_.reset();
  listing.reset();
}

}  // namespace kontor::ldap
