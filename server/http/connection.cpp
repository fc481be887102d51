// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/connection.hpp"

#include "base/log/events/http.hpp"
#include "base/log/keys.hpp"
#include "base/net/waiter.hpp"

namespace kontor::http {
namespace {

using log::Keys;

constexpr net::Limit k_head_limit{30'000};   // from the first byte of a request to its body
constexpr net::Limit k_body_limit{300'000};  // of the whole body

}  // namespace

const line::Protocol k_protocol{"http", log::events::k_http_connection_opened,
                                log::events::k_http_connection_refused,
                                log::events::k_http_tls_failed};

Connection::Connection(std::unique_ptr<net::Stream> stream,
                       const Environment& environment,
                       std::unique_ptr<trace::Session> row)
    : line::Connection(std::move(stream), environment, k_protocol, std::move(row)),
      environment_(&environment),
      own_log_(log()) {}

void Connection::count_request() {
  if (environment_->rates == nullptr) return;
  const auto verdict = environment_->rates->take_address(stream().peer().address);
  must_wait = verdict.wait;
  if (verdict.is_news)
    own_log_.emit(log::events::k_http_rate_limited, {{Keys::seconds, must_wait.count()}});
}

Task<Result<void>> Connection::wait_for_request() {
  KONTOR_CO_TRY(check_end());  // between the requests of a pipeline too
  if (!reader().buffered().empty()) co_return Result<void>();
  co_return co_await wait_for_input(environment_->settings.http.idle_timeout);
}

Task<Result<Connection::Incoming>> Connection::fill_up(wire::RequestParser parser,
                                                       bool is_body_asked_for) {
  bool is_body = parser.has_head(), is_counted = is_body;
  auto deadline = net::deadline_after(is_body ? k_body_limit : k_head_limit);
  for (;;) {
    const auto taken = parser.take(reader().buffered());
    if (!taken) co_return Incoming(std::unexpected(taken.error()));
    reader().consume(*taken);
    if (parser.has_head() && !std::exchange(is_counted, true)) count_request();
    if (must_wait > must_wait.zero() && parser.has_head()) co_return Incoming(std::move(parser));
    if (parser.is_done()) co_return Incoming(std::move(parser));
    if (parser.has_head() && parser.request().expects_continue && !is_body_asked_for)
      co_return Incoming(std::move(parser));
    if (parser.has_head() && !std::exchange(is_body, true))
      deadline = net::deadline_after(k_body_limit);
    const auto filled = co_await reader().fill(net::left_until(deadline));
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
  out() = std::move(bytes);
  co_return co_await flush();
}

Result<void> Connection::enter(directory::Identity who) {
  const bool is_new = !identity() || identity()->id != who.id;
  const std::string login = who.login;
  KONTOR_TRY(take_identity(std::move(who)));
  if (is_new) {
    log_with({{Keys::user, login}});
    log().emit(log::events::k_http_login_done);
    row().set_state("signed in");
  }
  return {};
}

}  // namespace kontor::http
