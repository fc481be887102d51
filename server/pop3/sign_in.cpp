// SPDX-License-Identifier: GPL-3.0-or-later
// What went wrong is in the log, with its true reason, and never in the answer (RFC 3206, 4: the
// client learns whether trying again with the same password makes sense).
#include "server/pop3/sign_in.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/events/pop3.hpp"
#include "base/log/keys.hpp"
#include "server/pop3/wire/command.hpp"
#include "server/trace/sign_in.hpp"

namespace kontor::pop3 {
namespace {

using log::Keys;

// A ticket with many groups in it reaches 48 KB ([MS-KILE] 3.1.1.5).
constexpr std::size_t k_max_response = 98'304;
constexpr std::size_t k_max_steps = 32;  // of one exchange; the longest known needs 5

directory::SignInContext context_of(const Session& session) {
  return trace::sign_in_context("pop", session.stream(), session.number());  // RFC 5034, 7
}

void refuse_sign_in(Session& session, const Error& error, std::string_view user) {
  session.log().emit(log::events::k_pop3_login_refused, error, {{Keys::user, user}});
  if (error.code() == Errc::auth_failed) ++session.bad_commands;  // guessing ends the connection
  if (error.code() != Errc::no_permission) return session.refuse(error);
  const auto& answer = trace::sign_in_answer(error.code());
  session.out().append("-ERR [").append(answer.pop3_code).append("] ").append(answer.text);
  session.out().append("\r\n");
}

// Opens the person's maildrop (RFC 1939, 4).
Task<Result<void>> become(Session& session, directory::Identity identity) {
  const auto& environment = session.environment();
  const std::string login = identity.login;
  const auto refused = [&](const Error& error) { refuse_sign_in(session, error, login); };
  const auto principal = environment.directory.current()->find(identity.id);
  if (!principal || !principal->has_mailbox()) {
    refused(Error(Errc::no_permission, "has no mailbox"));
    co_return Result<void>();
  }
  store::Binding owner{identity.id.source, identity.id.guid};
  auto account = co_await environment.store.open_for(std::move(owner));
  if (!account) {
    refused(account.error());
    co_return Result<void>();
  }
  auto maildrop = Maildrop::open((*account)->view());
  if (!maildrop) {
    refused(maildrop.error());
    co_return Result<void>();
  }
  const auto who = identity;
  if (const auto entered = session.enter(std::move(identity)); !entered) {
    refused(entered.error());
    co_return Result<void>();
  }
  if (environment.signed_in) environment.signed_in(who, session.stream().peer().address);
  session.account = *std::move(account);
  session.maildrop = *std::move(maildrop);
  session.log().emit(log::events::k_pop3_login_done);
  const auto listing = session.maildrop->listing();
  session.ok("signed in, " + std::to_string(listing.messages) + " messages");
  co_return Result<void>();
}

// Why an exchange did not end with an identity: refused, given up by the client (cancelled, or
// bytes that are no response), or the connection ended.
enum class End : unsigned char { refused, by_client, connection };
struct GivenUp {
  End end;
  Error error;
};
template <class T>
using Step = std::expected<T, GivenUp>;

std::unexpected<GivenUp> give_up(End end, Error error) {
  return std::unexpected(GivenUp{.end = end, .error = std::move(error)});
}

// Sends a challenge and reads its answer.
Task<Step<std::string>> ask(Session& session, std::string challenge) {
  // RFC 5034, 4: "+", a blank, and the challenge, which may be empty
  session.out().append("+ ").append(base64_encode(challenge)).append("\r\n");
  auto line = co_await session.read_line(k_max_response);
  if (!line && line.error().code() == Errc::limit)
    co_return give_up(End::by_client, Error(Errc::limit, "line too long"));
  if (!line) co_return give_up(End::connection, std::move(line).error());
  auto response = wire::parse_auth_response(*line);
  if (!response) co_return give_up(End::by_client, std::move(response).error());
  co_return *std::move(response);
}

Task<Step<directory::Identity>> exchange(Session& session,
                                         directory::SaslExchange& steps,
                                         std::optional<std::string> response) {
  for (std::size_t count = 0; count < k_max_steps; ++count) {
    auto step = co_await steps.step(std::move(response));
    if (!step) co_return give_up(End::refused, std::move(step).error());
    const bool done = step->done;
    if (!done || !step->challenge.empty()) {
      // RFC 5034, 4: POP3 has no place for data with success: one more empty round
      auto answer = co_await ask(session, std::move(step->challenge));
      if (!answer) co_return std::unexpected(std::move(answer).error());
      response = *std::move(answer);
    }
    if (!done) continue;
    const auto& environment = session.environment();
    auto allowed = trace::check_authorization(*step, environment.directory,
                                              environment.settings.directory.default_domain);
    if (!allowed) co_return give_up(End::refused, std::move(allowed).error());
    co_return std::move(step->identity);
  }
  co_return give_up(End::refused, Error(Errc::auth_failed, "too many steps"));
}

// The answer to an exchange that came to nothing; an Error when the connection ends with it.
Result<void> answer(Session& session, GivenUp given_up, const std::string& mechanism) {
  Error& error = given_up.error;
  switch (given_up.end) {
    case End::refused:
      // What the service finds wrong with the bytes is no business of the client's.
      if (error.code() == Errc::bad_input) error = Error(Errc::auth_failed, error.detail());
      refuse_sign_in(session, error, mechanism);
      return {};
    case End::by_client:
      session.log().emit(log::events::k_pop3_login_refused, error, {{Keys::mechanism, mechanism}});
      session.bad(error.detail());
      return {};
    case End::connection:
      return fail(std::move(error));
  }
  return {};
}

// Why the mechanism cannot be used now; empty: it can.
std::string_view unavailable(const Session& session, const std::string& mechanism) {
  const auto& service = session.environment().sign_in;
  const auto offers = [&](bool tls) {
    const auto names = service.mechanisms(tls);
    return std::ranges::find(names, mechanism) != names.end();
  };
  if (offers(session.stream().is_tls())) return {};
  return offers(true) ? "use STLS first" : "mechanism not supported";
}

}  // namespace

Task<Result<void>> sign_in_by_password(Session& session, std::string user, std::string password) {
  auto context = context_of(session);
  auto identity = co_await session.environment().sign_in.check_password(user, std::move(password),
                                                                        std::move(context));
  if (identity) co_return co_await become(session, *std::move(identity));
  refuse_sign_in(session, identity.error(), user);
  co_return Result<void>();
}

Task<Result<void>> sign_in_by_mechanism(Session& session,
                                        std::string mechanism,
                                        std::optional<std::string> response) {
  if (const auto why = unavailable(session, mechanism); !why.empty()) {
    session.bad(why);
    co_return Result<void>();
  }
  auto begun = session.environment().sign_in.begin(mechanism, context_of(session));
  if (!begun) {
    refuse_sign_in(session, begun.error(), mechanism);
    co_return Result<void>();
  }
  auto identity = co_await exchange(session, **begun, std::move(response));
  if (identity) co_return co_await become(session, *std::move(identity));
  co_return answer(session, std::move(identity).error(), mechanism);
}

}  // namespace kontor::pop3
