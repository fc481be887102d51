// SPDX-License-Identifier: GPL-3.0-or-later
// The life of one connection: TLS, requests one after another, goodbye.
#include "server/http/server.hpp"

#include "base/core/answers.hpp"
#include "base/log/events/http.hpp"
#include "base/log/keys.hpp"
#include "server/http/connection.hpp"
#include "server/http/sign_in.hpp"

namespace kontor::http {
namespace {

using log::Keys;

wire::Response response_to(const Error& error) {
  const auto& answer = answer_for(error.code());
  return wire::plain(answer.http_status, answer.text);
}

// A request on its way through the server, for the log.
struct Asked {
  const wire::Request* request = nullptr;  // nullptr: what came is none
  const Route* route = nullptr;
  SteadyTime begun{};     // it was read
  std::string user = {};  // who asks, once he has proved it
};

void note_access(const Connection& connection,
                 const Asked& asked,
                 const wire::Response& response,
                 std::size_t bytes) {
  const auto& environment = connection.environment();
  std::string_view method;
  if (asked.request != nullptr) method = asked.request->method;
  connection.log().emit(
      log::events::k_http_request_done,
      {{Keys::command, method},
       {Keys::detail,
        asked.request == nullptr ? "" : environment.routes.shown_path(*asked.request)},
       {Keys::status, response.status}});
  if (!environment.settings.http.access_log) return;
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(
      environment.clock.steady() - asked.begun);
  auto log = connection.own_log();
  if (!asked.user.empty()) log = log.with({{Keys::user, asked.user}});
  log.emit(log::events::k_http_access,
           {{Keys::command, method},
            {Keys::route, asked.route == nullptr ? std::string() : asked.route->path},
            {Keys::status, response.status},
            {Keys::bytes, bytes},
            {Keys::micros, spent.count()}});
}

Task<Result<void>> answer(Connection& connection, const Asked& asked, wire::Response response) {
  const auto* request = asked.request;
  const bool keeps = request != nullptr && request->keeps_alive && !connection.is_closing;
  connection.is_closing = !keeps;
  const bool is_head = request != nullptr && request->method == "HEAD";
  ++connection.answered;
  auto bytes = wire::to_bytes(response, {connection.environment().clock.now(), keeps, is_head});
  note_access(connection, asked, response, bytes.size());
  co_return co_await connection.write(std::move(bytes));
}

// RFC 6585, 4.
wire::Response too_often(std::chrono::seconds wait) {
  auto out = wire::plain(429, "too many requests; try again later");
  out.fields.push_back({"Retry-After", std::to_string(wait.count())});
  return out;
}

// The answer to somebody who sends too many requests; nothing: he may go on.
std::optional<wire::Response> refuse_too_often(const Connection& connection) {
  auto* rates = connection.environment().rates;
  if (rates == nullptr || !connection.identity()) return std::nullopt;
  const auto verdict = rates->take_person(connection.identity()->id);
  if (verdict.wait <= verdict.wait.zero()) return std::nullopt;
  if (verdict.is_news)
    connection.own_log().emit(
        log::events::k_http_rate_limited,
        {{Keys::user, connection.identity()->login}, {Keys::seconds, verdict.wait.count()}});
  return too_often(verdict.wait);
}

// Says it itself: an Error is told by its table.
Task<wire::Response> handle(Connection& connection, const Asked& asked) {
  const auto& request = *asked.request;
  const bool is_known = asked.route->access != Access::anybody;
  const auto* person = is_known && connection.identity() ? &*connection.identity() : nullptr;
  Call call{request, person, connection.stream().peer().address};
  auto handled = co_await asked.route->handler(std::move(call));
  if (handled) co_return *std::move(handled);
  connection.log().emit(log::events::k_http_request_refused, handled.error(),
                        {{Keys::command, request.method},
                         {Keys::detail, connection.environment().routes.shown_path(request)}});
  co_return response_to(handled.error());
}

// What the route's handler says to the request of somebody who may ask.
Task<wire::Response> respond(Connection& connection, Asked& asked) {
  std::string proof, cookie;
  const auto access = asked.route->access;
  std::optional<wire::Response> refusal;
  if (access != Access::anybody) {
    auto entry = co_await sign_in(connection, *asked.request, access);
    if (entry.refusal) co_return *std::move(entry.refusal);
    asked.user = connection.identity()->login;
    proof = std::move(entry.proof);
    cookie = std::move(entry.cookie);
    refusal = refuse_too_often(connection);
  }
  auto response = refusal ? *std::move(refusal) : co_await handle(connection, asked);
  if (!proof.empty()) response.fields.push_back({"WWW-Authenticate", "Negotiate " + proof});
  if (!cookie.empty()) response.fields.push_back({"Set-Cookie", std::move(cookie)});
  co_return response;
}

// Why the body is not even wanted; nothing: it is.
std::optional<wire::Response> refuse_early(const Connection& connection,
                                           const Routes::Found& found,
                                           const wire::Request& request) {
  if (found.route == nullptr) return found.refusal;
  if (found.route->access != Access::anybody && request.field("Authorization").empty() &&
      !Cookies::has(request))
    return ask_for_credentials(connection, request, found.route->access);
  return std::nullopt;
}

Task<Result<void>> refuse(Connection& connection, wire::Refusal refusal) {
  connection.log().emit(log::events::k_http_request_refused, {{Keys::reason, refusal.why}});
  connection.is_closing = true;  // where the next request begins is not known
  const Asked asked{.begun = connection.environment().clock.steady()};
  co_return co_await answer(connection, asked, wire::plain(refusal.status, refusal.why));
}

// What can be said without the body; nothing: it is needed, or is there.
std::optional<wire::Response> answer_early(const Connection& connection,
                                           const Routes::Found& found,
                                           const wire::RequestParser& incoming) {
  if (connection.must_wait > connection.must_wait.zero()) return too_often(connection.must_wait);
  if (incoming.is_done()) return std::nullopt;
  return refuse_early(connection, found, incoming.request());
}

Task<Result<void>> serve_request(Connection& connection) {
  const auto& clock = connection.environment().clock;
  KONTOR_CO_TRY(auto incoming, co_await connection.read_request());
  if (!incoming) co_return co_await refuse(connection, incoming.error());
  const auto& routes = connection.environment().routes;
  const auto first = routes.find(incoming->request());
  if (auto early = answer_early(connection, first, *incoming)) {
    // A body may come all the same.
    connection.is_closing = connection.is_closing || !incoming->is_done();
    const Asked asked{&incoming->request(), first.route, clock.steady()};
    co_return co_await answer(connection, asked, *std::move(early));
  }
  if (!incoming->is_done()) {
    KONTOR_CO_TRY(incoming, co_await connection.read_body(*std::move(incoming)));
    if (!incoming) co_return co_await refuse(connection, incoming.error());
  }
  const auto request = incoming->release();
  auto found = routes.find(request);
  Asked asked{&request, found.route, clock.steady()};
  auto response =
      found.route == nullptr ? std::move(found.refusal) : co_await respond(connection, asked);
  co_return co_await answer(connection, asked, std::move(response));
}

}  // namespace

Task<Result<void>> Connection::talk() {
  while (!is_closing) {
    KONTOR_CO_TRY(co_await wait_for_request());
    KONTOR_CO_TRY(co_await serve_request(*this));
  }
  co_return Result<void>();
}

void Connection::note_failure(std::string_view what) const {
  log().emit(log::events::k_http_request_failed, {{Keys::detail, what}});
}

void Connection::note_end(std::string_view reason) const {
  log().emit(log::events::k_http_connection_closed,
             {{Keys::reason, reason}, {Keys::count, answered}, {Keys::bytes, written}});
}

Task<void> serve(std::unique_ptr<net::Stream> stream, const Environment& environment) {
  auto row = co_await line::admit(*stream, true, environment, k_protocol, "");
  if (row == nullptr) co_return;
  Connection connection(std::move(stream), environment, std::move(row));
  co_await connection.live(true);
}

}  // namespace kontor::http
