// SPDX-License-Identifier: GPL-3.0-or-later
// AUTHENTICATE (RFC 5804, 2.1). What went wrong is in the log, with its true reason, and never in
// the answer.
#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/events/managesieve.hpp"
#include "base/log/keys.hpp"
#include "server/managesieve/commands.hpp"
#include "server/trace/sign_in.hpp"

namespace kontor::managesieve {
namespace {

using log::Keys;

constexpr std::size_t k_max_steps = 32;  // of one exchange; the longest known needs 5

void refuse_sign_in(Session& session, const Error& error, std::string_view user) {
  session.log().emit(log::events::k_managesieve_login_refused, error, {{Keys::user, user}});
  if (error.code() == Errc::auth_failed) ++session.bad_commands;  // guessing ends the connection
  const auto& answer = trace::sign_in_answer(error.code());
  session.no(answer.retry ? "TRYLATER" : "", answer.text);
}

Task<Result<void>> become(Session& session, directory::Identity identity, std::string success) {
  const auto& environment = session.environment();
  const std::string login = identity.login;
  const auto principal = environment.directory.current()->find(identity.id);
  if (!principal || !principal->has_mailbox()) {
    refuse_sign_in(session, Error(Errc::no_permission, "has no mailbox"), login);
    co_return Result<void>();
  }
  store::Binding owner{identity.id.source, identity.id.guid};
  auto account = co_await environment.store.open_for(std::move(owner));
  if (!account) {
    refuse_sign_in(session, account.error(), login);
    co_return Result<void>();
  }
  if (const auto entered = session.enter(std::move(identity)); !entered) {
    refuse_sign_in(session, entered.error(), login);
    co_return Result<void>();
  }
  session.account = *std::move(account);
  session.log().emit(log::events::k_managesieve_login_done);
  std::string code;
  if (!success.empty()) {
    code = "SASL ";
    wire::append_string(code, base64_encode(success));
  }
  session.ok(code, "signed in");
  co_return Result<void>();
}

// Sends a challenge and reads its answer, which is a string alone. cancelled: the client gave up.
Task<Result<std::string>> ask(Session& session, std::string challenge) {
  wire::append_string(session.out(), base64_encode(challenge));
  session.out().append("\r\n");
  KONTOR_CO_TRY(auto answer, co_await session.read_command());
  const auto& words = answer.arguments;
  if (!answer.name.empty() || words.size() != 1 || words[0].kind != wire::Word::Kind::string)
    co_return fail(Errc::bad_input, "a string is the answer to a challenge");
  if (words[0].text == "*") co_return fail(Errc::bad_input, "you gave up");
  auto decoded = base64_decode(words[0].text);
  if (!decoded) co_return fail(Errc::bad_input, "this is no base64");
  co_return decoded;
}

// The client's side is over: the words go back to him, and the connection goes on.
bool is_by_client(const Error& error) {
  return error.code() == Errc::bad_input || error.code() == Errc::limit;
}

Task<Result<void>> exchange(Session& session,
                            std::string mechanism,
                            directory::SaslExchange& steps,
                            std::optional<std::string> response) {
  const auto& environment = session.environment();
  for (std::size_t count = 0; count < k_max_steps; ++count) {
    auto step = co_await steps.step(std::move(response));
    if (!step) {
      refuse_sign_in(session, step.error(), mechanism);
      co_return Result<void>();
    }
    if (step->done) {
      auto allowed = trace::check_authorization(*step, environment.directory,
                                                environment.settings.directory.default_domain);
      if (allowed)
        co_return co_await become(session, std::move(step->identity), std::move(step->challenge));
      refuse_sign_in(session, allowed.error(), mechanism);
      co_return Result<void>();
    }
    auto answer = co_await ask(session, std::move(step->challenge));
    if (!answer && is_by_client(answer.error())) {
      session.bad(answer.error().detail());
      co_return Result<void>();
    }
    KONTOR_CO_TRY(response, std::move(answer));
  }
  refuse_sign_in(session, Error(Errc::auth_failed, "too many steps"), mechanism);
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> cmd_authenticate(Session& session, Command command) {
  auto& service = session.environment().sign_in;
  const auto mechanism = to_upper(command.arguments[0].text);
  const auto offers = [&](bool tls) {
    const auto names = service.mechanisms(tls);
    return std::ranges::find(names, mechanism) != names.end();
  };
  if (!offers(session.stream().is_tls())) {
    const bool needs_tls = offers(true);
    session.no(needs_tls ? "ENCRYPT-NEEDED" : "",
               needs_tls ? "use STARTTLS first" : "there is no such mechanism");
    co_return Result<void>();
  }
  std::optional<std::string> response;
  if (command.arguments.size() > 1) {
    auto decoded = base64_decode(command.arguments[1].text);
    if (!decoded) {
      session.bad("this is no base64");
      co_return Result<void>();
    }
    response = *std::move(decoded);
  }
  auto begun =
      service.begin(mechanism, trace::sign_in_context("sieve", session.stream(), session.number()));
  if (!begun) {
    refuse_sign_in(session, begun.error(), mechanism);
    co_return Result<void>();
  }
  co_return co_await exchange(session, mechanism, **begun, std::move(response));
}

}  // namespace kontor::managesieve
