// SPDX-License-Identifier: GPL-3.0-or-later
// AUTHENTICATE (RFC 9051, 6.2.2) with an initial response (SASL-IR, RFC 4959). The mechanism's
// steps are carried to the sign-in service; this side knows base64, "=" and "*".
#include "base/core/text.hpp"
#include "server/imap/command_reader.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/sign_in.hpp"
#include "server/imap/wire/arguments.hpp"
#include "server/trace/sign_in.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_max_steps = 32;  // of one exchange; the longest known needs 5

// The client's answer to a challenge; cancelled for "*".
Task<Result<std::string>> ask(Session& session, std::string challenge) {
  const std::string encoded = base64_encode(challenge);
  KONTOR_CO_TRY(co_await request_continuation(session, encoded));
  KONTOR_CO_TRY(const auto line, co_await read_line(session, session.env.settings.imap.max_line));
  KONTOR_CO_TRY(auto response, wire::parse_sasl_response(line));
  if (!response) co_return fail(Errc::cancelled, "the client cancelled");
  co_return *std::move(response);
}

// An error of the sign-in service: a kind that ask() uses for the client's own doing becomes one
// that says nothing.
Error service_error(Error error) {
  if (error.code() == Errc::bad_input) return {Errc::auth_failed, error.detail()};
  if (error.code() == Errc::cancelled || error.code() == Errc::closed)
    return {Errc::unavailable, error.detail()};
  return error;
}

Task<Result<directory::Identity>> exchange(Session& session,
                                           directory::SaslExchange& steps,
                                           std::optional<std::string> response) {
  for (std::size_t count = 0; count < k_max_steps; ++count) {
    auto step = co_await steps.step(std::move(response));
    if (!step) co_return fail(service_error(std::move(step).error()));
    if (step->done) {
      // RFC 4422, 3.6: IMAP has no place for data with success: one more empty round.
      if (!step->challenge.empty()) {
        KONTOR_CO_TRY(co_await ask(session, std::move(step->challenge)));
      }
      KONTOR_CO_TRY(trace::check_authorization(*step, session.env.directory,
                                               session.env.settings.directory.default_domain));
      co_return std::move(step->identity);
    }
    KONTOR_CO_TRY(response, co_await ask(session, std::move(step->challenge)));
  }
  co_return fail(Errc::auth_failed, "too many steps");
}

}  // namespace

Task<Result<Tagged>> cmd_authenticate(Session& session, Request request) {
  auto arguments = wire::parse_authenticate(request.arguments);
  if (!arguments) co_return bad_syntax(arguments.error());
  auto begun = session.env.sign_in.begin(arguments->mechanism, sign_in_context(session));
  if (!begun) co_return sign_in_refused(session, begun.error(), arguments->mechanism);
  auto identity = co_await exchange(session, **begun, std::move(arguments->initial));
  if (identity) co_return co_await become(session, *std::move(identity));
  const Error& error = identity.error();
  if (error.code() == Errc::closed) co_return fail(error);
  // RFC 9051, 6.2.2: a cancelled exchange and a malformed answer are BAD.
  if (error.code() == Errc::cancelled) co_return Tagged(Status::bad, "", "cancelled");
  if (error.code() == Errc::bad_input) co_return bad_syntax(error);
  co_return sign_in_refused(session, error, arguments->mechanism);
}

}  // namespace kontor::imap
