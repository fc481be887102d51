// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/connection.hpp"

#include "base/log/events/http.hpp"
#include "base/log/keys.hpp"

namespace kontor::http {
namespace {

using log::Keys;

constexpr net::Limit k_head_limit{30'000};   // from the first byte of a request to its body
constexpr net::Limit k_body_limit{300'000};  // of the whole body
constexpr net::Limit k_write_limit{60'000};  // a client that takes nothing for so long is gone
constexpr net::Limit k_handshake_limit{30'000};

log::Context context_of(const Environment& environment,
                        const net::Stream& stream,
                        const trace::Session& row) {
  return environment.log.with(
      {{Keys::protocol, "http"}, {Keys::session, row.id()}, {Keys::peer, stream.peer().text()}});
}

}  // namespace

Connection::Connection(std::unique_ptr<net::Stream> stream,
                       const Environment& environment,
                       std::unique_ptr<trace::Session> row)
    : stream_(std::move(stream)),
      reader_(*stream_),
      environment_(&environment),
      log_(context_of(environment, *stream_, *row)),
      row_(std::move(row)) {
  end_.listen(*row_);
}

Task<Result<void>> Connection::start_tls() {
  auto certificate = environment_->tls();
  if (certificate == nullptr) co_return fail(Errc::unavailable, "no certificate");
  const auto started = co_await stream_->start_tls(std::move(certificate), k_handshake_limit);
  if (!started) {
    log_.emit(log::events::k_http_tls_failed, started.error());
    co_return fail(Errc::closed, "TLS handshake failed");
  }
  row_->set_tls(true);
  log_ = log_.with({{Keys::tls, stream_->tls_info().version}});
  co_return Result<void>();
}

Task<Result<void>> Connection::wait_for_request() {
  KONTOR_CO_TRY(end_.check());  // between the requests of a pipeline too
  if (!reader_.buffered().empty()) co_return Result<void>();
  KONTOR_CO_TRY(const auto wake,
                co_await stream_->wait(&end_.wake(), environment_->settings.http.idle_timeout));
  KONTOR_CO_TRY(end_.check());
  if (wake == net::Wake::timed_out) co_return fail(Errc::timed_out, "idle for too long");
  co_return Result<void>();
}

Task<Result<Connection::Incoming>> Connection::fill_up(wire::RequestParser parser,
                                                       bool is_body_asked_for) {
  bool is_body = parser.has_head();
  auto deadline = net::deadline_after(is_body ? k_body_limit : k_head_limit);
  for (;;) {
    const auto taken = parser.take(reader_.buffered());
    if (!taken) co_return Incoming(std::unexpected(taken.error()));
    reader_.consume(*taken);
    if (parser.is_done()) co_return Incoming(std::move(parser));
    if (parser.has_head() && parser.request().expects_continue && !is_body_asked_for)
      co_return Incoming(std::move(parser));
    if (parser.has_head() && !std::exchange(is_body, true))
      deadline = net::deadline_after(k_body_limit);
    const auto filled = co_await reader_.fill(net::left_until(deadline));
    if (!filled && filled.error().code() == Errc::timed_out)
      co_return Incoming(std::unexpected(wire::Refusal{408, "the request did not come in time"}));
    if (!filled) co_return fail(filled.error());
  }
}

Task<Result<Connection::Incoming>> Connection::read_request() {
  const auto& settings = environment_->settings.http;
  const wire::Limits limits{settings.max_head, settings.max_body};
  wire::BodyLimit body_limit = [this](const wire::Request& request) -> std::size_t {
    const auto most = environment_->settings.http.max_body;
    const auto* route = environment_->routes.find(request).route;
    const bool may_more =
        route != nullptr && (!request.field("Authorization").empty() || Cookies::has(request));
    return may_more ? std::max<std::size_t>(most, route->max_body) : most;
  };
  co_return co_await fill_up(wire::RequestParser(limits, std::move(body_limit)), false);
}

Task<Result<Connection::Incoming>> Connection::read_body(wire::RequestParser parser) {
  KONTOR_CO_TRY(co_await write(std::string(wire::k_continue)));
  co_return co_await fill_up(std::move(parser), true);
}

Task<Result<void>> Connection::write(std::string bytes) {
  written += bytes.size();
  co_return co_await stream_->write(bytes, k_write_limit);
}

Task<void> Connection::close() { co_await stream_->close(); }

Result<void> Connection::enter(directory::Identity identity) {
  KONTOR_TRY(row_->set_identity(identity));
  if (!identity_ || identity_->id != identity.id) {
    log_ = log_.with({{Keys::user, identity.login}});
    log_.emit(log::events::k_http_login_done);
    row_->set_state("signed in");
  }
  identity_ = std::move(identity);
  return {};
}

}  // namespace kontor::http
