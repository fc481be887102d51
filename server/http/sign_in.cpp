// SPDX-License-Identifier: GPL-3.0-or-later
// What went wrong is in the log, with its true reason, and never in the answer.
#include "server/http/sign_in.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/events/http.hpp"
#include "base/log/keys.hpp"
#include "server/http/wire/credentials.hpp"
#include "server/trace/sign_in.hpp"

namespace kontor::http {
namespace {

using log::Keys;

constexpr std::string_view k_negotiate = "GSS-SPNEGO";

bool offers(const Connection& connection, std::string_view mechanism) {
  const auto names = connection.environment().sign_in.mechanisms(connection.stream().is_tls());
  return std::ranges::find(names, mechanism) != names.end();
}

directory::SignInContext context_of(const Connection& connection) {
  return trace::sign_in_context("HTTP", connection.stream(), connection.number());  // RFC 4559, 4
}

wire::Field challenge(std::string value) { return {"WWW-Authenticate", std::move(value)}; }

// The answer to a sign-in that failed.
Entry refuse(const Connection& connection,
             const wire::Request& request,
             Access access,
             const Error& error,
             std::string_view who) {
  connection.log().emit(log::events::k_http_login_refused, error, {{Keys::user, who}});
  const auto& answer = trace::sign_in_answer(error.code());
  const bool is_asked_again = error.code() == Errc::auth_failed ||
                              error.code() == Errc::bad_input || error.code() == Errc::unsupported;
  if (is_asked_again) return {ask_for_credentials(connection, request, access), {}, {}};
  // Too many connections of one person are no fault of the request's.
  auto refusal = wire::plain(answer.retry || error.code() == Errc::limit ? 503 : answer.http_status,
                             answer.text);
  if (refusal.status == 503) refusal.fields.push_back({"Retry-After", "30"});
  return {std::move(refusal), {}, {}};
}

Entry let_in(Connection& connection,
             const wire::Request& request,
             Access access,
             directory::Identity identity,
             std::string proof) {
  const std::string login = identity.login;
  if (const auto entered = connection.enter(std::move(identity)); !entered)
    return refuse(connection, request, access, entered.error(), login);
  return {std::nullopt, std::move(proof), {}};
}

Task<Entry> by_token(Connection& connection,
                     const wire::Request& request,
                     std::string token,
                     Access access) {
  auto exchange = std::move(connection.negotiation);
  if (!exchange) {
    auto begun =
        connection.environment().sign_in.begin(std::string(k_negotiate), context_of(connection));
    if (!begun) co_return refuse(connection, request, access, begun.error(), k_negotiate);
    exchange = *std::move(begun);
  }
  auto step = co_await exchange->step(std::move(token));
  if (!step) co_return refuse(connection, request, access, step.error(), k_negotiate);
  std::string proof = base64_encode(step->challenge);
  if (!step->done && !wire::says_completed(step->challenge)) {
    // The client has another token to send, on this connection.
    connection.negotiation = std::move(exchange);
    Entry again{wire::plain(401, "go on"), {}, {}};
    again.refusal->fields.push_back(challenge("Negotiate " + proof));
    co_return again;
  }
  if (!step->done) {
    // SASL has the client confirm the last token (RFC 4422, 5); HTTP sends it with the answer.
    step = co_await exchange->step(std::string());
    if (!step) co_return refuse(connection, request, access, step.error(), k_negotiate);
    if (!step->done)
      co_return refuse(connection, request, access,
                       Error(Errc::auth_failed, "no end of the exchange"), k_negotiate);
  }
  auto* cookies = connection.environment().cookies;
  std::string cookie = cookies == nullptr ? std::string() : cookies->give(step->identity);
  auto entry = let_in(connection, request, access, std::move(step->identity), std::move(proof));
  if (!entry.refusal) entry.cookie = std::move(cookie);
  co_return entry;
}

Task<Entry> by_password(Connection& connection,
                        const wire::Request& request,
                        wire::Password said,
                        Access access) {
  auto identity = co_await connection.environment().sign_in.check_password(
      said.user, std::move(said.password), context_of(connection));
  if (!identity) co_return refuse(connection, request, access, identity.error(), said.user);
  co_return let_in(connection, request, access, *std::move(identity), {});
}

// By the cookie of an earlier answer; nothing: it has none that counts.
std::optional<Entry> by_cookie(Connection& connection,
                               const wire::Request& request,
                               Access access) {
  auto* cookies = connection.environment().cookies;
  if (cookies == nullptr) return std::nullopt;
  auto identity = cookies->find(request, connection.stream().peer().address);
  if (identity) return let_in(connection, request, access, *std::move(identity), {});
  if (identity.error().code() != Errc::not_found)
    connection.log().emit(log::events::k_http_login_refused, identity.error());
  return std::nullopt;
}

}  // namespace

wire::Response ask_for_credentials(const Connection& connection,
                                   const wire::Request& request,
                                   Access access) {
  auto response = wire::plain(401, "sign in");
  const bool is_page = !request.field(k_client_field).empty();
  const bool wants_ticket = !is_page || wire::query_parameter(request.query, "negotiate") == "1";
  if (wants_ticket && offers(connection, k_negotiate))
    response.fields.push_back(challenge("Negotiate"));
  if (!is_page && access != Access::ticket && offers(connection, "PLAIN"))
    response.fields.push_back(challenge("Basic realm=\"Kontor\", charset=\"UTF-8\""));
  // RFC 9110, 15.5.2: there is always one.
  if (response.fields.empty())
    response.fields.push_back(challenge(is_page ? "Kontor" : "Negotiate"));
  return response;
}

Task<Entry> sign_in(Connection& connection, const wire::Request& request, Access access) {
  const auto value = request.field("Authorization");
  if (value.empty()) {
    connection.negotiation.reset();
    if (auto entry = by_cookie(connection, request, access)) co_return *std::move(entry);
    co_return Entry{ask_for_credentials(connection, request, access), {}, {}};
  }
  auto credentials = wire::parse_authorization(value);
  if (!credentials) co_return refuse(connection, request, access, credentials.error(), "");
  if (auto* token = std::get_if<wire::Token>(&*credentials))
    co_return co_await by_token(connection, request, std::move(token->bytes), access);
  connection.negotiation.reset();
  if (access == Access::ticket || !offers(connection, "PLAIN"))
    co_return refuse(connection, request, access, Error(Errc::unsupported, "no passwords here"),
                     "");
  co_return co_await by_password(connection, request,
                                 std::move(std::get<wire::Password>(*credentials)), access);
}

}  // namespace kontor::http
