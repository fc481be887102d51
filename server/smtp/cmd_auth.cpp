// SPDX-License-Identifier: GPL-3.0-or-later
// AUTH (RFC 4954): carries the steps of a SASL mechanism. What went wrong is in the log, never in
// the reply.
#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"
#include "server/trace/sign_in.hpp"

namespace kontor::smtp {
namespace {

// A ticket with many groups in it reaches 48 KB ([MS-KILE] 3.1.1.5; RFC 4954, 4.3 asks for 12 KB).
constexpr std::size_t k_max_response = 98'304;

// Sends a challenge and reads its answer. cancelled and bad_input come from the client.
Task<Result<std::string>> ask(Session& session, std::string challenge) {
  session.reply(wire::Reply(334, "", base64_encode(challenge)));
  KONTOR_CO_TRY(const auto line, co_await session.read_line(k_max_response));
  co_return wire::parse_auth_response(line);
}

// Steps to the end. An error of the connection itself comes back at the next read (Session).
Task<Result<directory::SaslStep>> exchange_steps(Session& session,
                                                 directory::SaslExchange& exchange,
                                                 std::optional<std::string> response) {
  for (;;) {
    KONTOR_CO_TRY(auto step, co_await exchange.step(std::move(response)));
    // RFC 4954, 4: data that comes with success goes as a challenge, answered by nothing.
    if (step.done && step.challenge.empty()) co_return step;
    KONTOR_CO_TRY(auto answer, co_await ask(session, std::move(step.challenge)));
    if (step.done) {
      if (!answer.empty()) co_return fail(Errc::bad_input, "an answer to success data");
      co_return step;
    }
    response = std::move(answer);
  }
}

void refuse(Session& session, const std::string& mechanism, const Error& error) {
  session.log().emit(log::events::k_smtp_sign_in_refused, error,
                     {{log::Keys::mechanism, mechanism}});
  if (error.code() == Errc::bad_input || error.code() == Errc::cancelled) {  // RFC 4954, 4
    reply_bad(session, wire::Reply(501, "5.5.2", "authentication given up"));
    return;
  }
  if (error.code() == Errc::limit) {  // RFC 4954, 6
    reply_bad(session, wire::Reply(500, "5.5.6", "authentication line too long"));
    return;
  }
  const auto& answer = trace::sign_in_answer(error.code());
  reply_bad(session,
            wire::Reply(answer.smtp_reply, answer.smtp_enhanced, std::string(answer.text)));
}

void accept(Session& session, const std::string& mechanism, directory::SaslStep step) {
  const auto& environment = session.environment();
  const auto& domain = environment.settings.directory.default_domain;
  if (const auto may = trace::check_authorization(step, environment.directory, domain); !may) {
    refuse(session, mechanism, may.error());
    return;
  }
  if (const auto entered = session.sign_in(std::move(step.identity)); !entered) {
    session.log().emit(log::events::k_smtp_sign_in_refused, entered.error(),
                       {{log::Keys::mechanism, mechanism}});
    session.reply(wire::Reply(421, "4.7.0", "too many connections"));
    session.is_closing = true;
    return;
  }
  session.log().emit(log::events::k_smtp_sign_in_done, {{log::Keys::mechanism, mechanism}});
  session.reply(wire::Reply(235, "2.7.0", "signed in"));
}

// Why AUTH is not begun; nothing: it is.
std::optional<wire::Reply> refusal(const Session& session, const std::string& mechanism) {
  const auto& sign_in = session.environment().sign_in;
  const auto offers = [&](bool tls) {
    const auto names = sign_in.mechanisms(tls);
    return std::ranges::find(names, mechanism) != names.end();
  };
  if (session.identity) return wire::Reply(503, "5.5.1", "signed in already");  // RFC 4954, 4
  if (session.transaction.mail) return wire::Reply(503, "5.5.1", "a transaction is under way");
  if (offers(session.stream().is_tls())) return std::nullopt;
  if (offers(true)) return wire::Reply(538, "5.7.11", "encryption required");  // RFC 4954, 6
  return wire::Reply(504, "5.5.4", "mechanism not supported");
}

}  // namespace

Task<Result<void>> cmd_auth(Session& session, std::string arguments) {
  auto command = wire::parse_auth(arguments);
  if (!command) {
    reply_bad(session, wire::Reply(501, "5.5.2", "syntax error"));
    co_return Result<void>();
  }
  if (const auto refused = refusal(session, command->mechanism)) {
    reply_bad(session, *refused);
    co_return Result<void>();
  }
  auto context = trace::sign_in_context("smtp", session.stream(), session.session_number());
  auto exchange = session.environment().sign_in.begin(command->mechanism, std::move(context));
  if (!exchange) {
    refuse(session, command->mechanism, exchange.error());
    co_return Result<void>();
  }
  auto step = co_await exchange_steps(session, **exchange, std::move(command->response));
  if (step) {
    accept(session, command->mechanism, *std::move(step));
    co_return Result<void>();
  }
  refuse(session, command->mechanism, step.error());
  co_return Result<void>();
}

}  // namespace kontor::smtp
