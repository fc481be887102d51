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

Task<Result<void>> answer(Connection& connection,
                          const wire::Request* request,
                          wire::Response response) {
  const bool keeps = request != nullptr && request->keeps_alive && !connection.is_closing;
  connection.is_closing = !keeps;
  const bool is_head = request != nullptr && request->method == "HEAD";
  ++connection.answered;
  const auto path =
      request == nullptr ? std::string() : connection.environment().routes.shown_path(*request);
  connection.log().emit(log::events::k_http_request_done,
                        {{Keys::command, request == nullptr ? "" : request->method},
                         {Keys::detail, path},
                         {Keys::status, response.status}});
  co_return co_await connection.write(
      wire::to_bytes(response, {connection.environment().clock.now(), keeps, is_head}));
}

// What the route's handler says to the request of somebody who may ask.
Task<wire::Response> respond(Connection& connection,
                             const Route& route,
                             const wire::Request& request) {
  std::string proof, cookie;
  if (route.access != Access::anybody) {
    auto entry = co_await sign_in(connection, request, route.access);
    if (entry.refusal) co_return *std::move(entry.refusal);
    proof = std::move(entry.proof);
    cookie = std::move(entry.cookie);
  }
  const bool is_known = route.access != Access::anybody;
  const auto* person = is_known && connection.identity() ? &*connection.identity() : nullptr;
  Call call{request, person, connection.stream().peer().address};
  auto handled = co_await route.handler(std::move(call));
  if (!handled)
    connection.log().emit(log::events::k_http_request_refused, handled.error(),
                          {{Keys::command, request.method},
                           {Keys::detail, connection.environment().routes.shown_path(request)}});
  auto response = handled ? *std::move(handled) : response_to(handled.error());
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
    return ask_for_credentials(connection, found.route->access);
  return std::nullopt;
}

Task<Result<void>> refuse(Connection& connection, wire::Refusal refusal) {
  connection.log().emit(log::events::k_http_request_refused, {{Keys::reason, refusal.why}});
  connection.is_closing = true;  // where the next request begins is not known
  co_return co_await answer(connection, nullptr, wire::plain(refusal.status, refusal.why));
}

Task<Result<void>> serve_request(Connection& connection) {
  KONTOR_CO_TRY(auto incoming, co_await connection.read_request());
  if (!incoming) co_return co_await refuse(connection, incoming.error());
  const auto& routes = connection.environment().routes;
  if (!incoming->is_done()) {
    const auto found = routes.find(incoming->request());
    if (auto early = refuse_early(connection, found, incoming->request())) {
      connection.is_closing = true;  // its body may come all the same
      co_return co_await answer(connection, &incoming->request(), *std::move(early));
    }
    KONTOR_CO_TRY(incoming, co_await connection.read_body(*std::move(incoming)));
    if (!incoming) co_return co_await refuse(connection, incoming.error());
  }
  const auto request = incoming->release();
  auto found = routes.find(request);
  auto response = found.route == nullptr ? std::move(found.refusal)
                                         : co_await respond(connection, *found.route, request);
  co_return co_await answer(connection, &request, std::move(response));
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
