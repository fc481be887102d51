// SPDX-License-Identifier: GPL-3.0-or-later
// Bind (RFC 4511, 4.2; RFC 4513). What went wrong is in the log, with its true reason, and never in
// the answer.
#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/events/ldap.hpp"
#include "base/log/keys.hpp"
#include "directory/model/attributes.hpp"
#include "server/ldap/operations.hpp"
#include "server/trace/sign_in.hpp"

namespace kontor::ldap {
namespace {

using log::Keys;
using wire::Outcome;
using wire::ResultCode;

constexpr std::size_t k_max_steps = 32;  // of one exchange; the longest known needs 5
constexpr std::size_t k_max_name = 2'048;

directory::SignInContext context_of(const Session& session) {
  return trace::sign_in_context("ldap", session.stream(), session.number());
}

ResultCode code_of(Errc error) {
  switch (error) {
    case Errc::auth_failed:
    case Errc::bad_input:
      return ResultCode::invalid_credentials;
    case Errc::no_permission:
      return ResultCode::unwilling_to_perform;
    case Errc::unsupported:
      return ResultCode::auth_method_not_supported;
    case Errc::limit:
    case Errc::busy:
      return ResultCode::busy;
    case Errc::unavailable:
    case Errc::timed_out:
    case Errc::cancelled:
      return ResultCode::unavailable;
    default:
      return ResultCode::other;
  }
}

void refuse(Session& session, std::int32_t id, const Error& error, std::string_view user) {
  session.log().emit(log::events::k_ldap_login_refused, error, {{Keys::user, user}});
  if (error.code() == Errc::auth_failed || error.code() == Errc::bad_input) ++session.failures;
  const auto code = code_of(error.code());
  const bool is_told = code != ResultCode::invalid_credentials;
  const Outcome outcome{
      code, is_told ? std::string(trace::sign_in_answer(error.code()).text) : std::string()};
  wire::put_bind(session.out(), id, outcome);
}

void become(Session& session,
            std::int32_t id,
            directory::Identity identity,
            const std::optional<std::string>& server_credentials = {}) {
  const std::string login = identity.login;
  if (const auto entered = session.enter(std::move(identity)); !entered)
    return refuse(session, id, entered.error(), login);
  session.failures = 0;
  session.log().emit(log::events::k_ldap_login_done, {{Keys::user, login}});
  wire::put_bind(session.out(), id, {}, server_credentials);
}

// Whom a simple bind is for: a name as every protocol takes it, or a DN (RFC 4513, 5.1.3).
struct Login {
  std::string name;
  std::optional<directory::PrincipalId> who;  // when a DN named him
};

Task<Login> login_of(Session& session, std::string name) {
  if (!name.contains('=')) co_return Login{std::move(name), {}};
  auto find = [books = &session.environment().books, dn = directory::fold_dn(name)] {
    const auto book = books->current();
    Login login;
    login.who = book->person_of_dn(dn);
    const auto person = login.who ? book->copy().find(*login.who) : nullptr;
    if (person) login.name = person->mail;
    return login;
  };
  auto login = co_await io::on_pool(session.environment().workers, std::move(find));
  if (login.name.empty()) login.name = std::move(name);  // nobody's, and so refused in due time
  co_return login;
}

Task<Result<void>> simple_bind(Session& session, std::int32_t id, wire::Bind bind) {
  if (bind.name.empty() && bind.password->empty()) {  // RFC 4513, 5.1.1: anonymous
    wire::put_bind(session.out(), id, {});
    co_return Result<void>();
  }
  if (bind.password->empty()) {
    // RFC 4513, 5.1.2: a name without a password proves nothing and must not look like a success.
    wire::put_bind(session.out(), id, {ResultCode::unwilling_to_perform, "a password is needed"});
    co_return Result<void>();
  }
  if (!session.stream().is_tls()) {
    wire::put_bind(session.out(), id,
                   {ResultCode::confidentiality_required, "passwords are taken inside TLS only"});
    co_return Result<void>();
  }
  if (bind.name.size() > k_max_name) {
    refuse(session, id, Error(Errc::auth_failed, "a name too long"), "");
    co_return Result<void>();
  }
  const auto login = co_await login_of(session, std::move(bind.name));
  auto context = context_of(session);
  auto identity = co_await session.environment().sign_in.check_password(
      login.name, *std::move(bind.password), std::move(context));
  if (identity && login.who && identity->id != *login.who)
    identity = fail(Errc::auth_failed, "the DN is of somebody else with this address");
  if (identity)
    become(session, id, *std::move(identity));
  else
    refuse(session, id, identity.error(), login.name);
  co_return Result<void>();
}

// Why the mechanism cannot be used now; success: it can.
Outcome check_mechanism(const Session& session, const std::string& mechanism) {
  if (!session.stream().is_tls())
    return {ResultCode::confidentiality_required, "begin TLS, then sign in"};
  const auto names = mechanisms_of(session);
  if (std::ranges::find(names, mechanism) != names.end()) return {};
  return {ResultCode::auth_method_not_supported, "a mechanism that is not known here"};
}

Task<Result<void>> sasl_bind(Session& session, std::int32_t id, wire::Bind bind) {
  const std::string mechanism = to_upper(bind.mechanism);
  if (session.sasl && session.sasl->mechanism != mechanism) session.sasl.reset();
  if (!session.sasl) {
    if (const auto checked = check_mechanism(session, mechanism); !checked.is_success()) {
      wire::put_bind(session.out(), id, checked);
      co_return Result<void>();
    }
    auto begun = session.environment().sign_in.begin(mechanism, context_of(session));
    if (!begun) {
      refuse(session, id, begun.error(), mechanism);
      co_return Result<void>();
    }
    session.sasl = SaslBind{mechanism, *std::move(begun), 0};
  }
  auto step = co_await session.sasl->exchange->step(std::move(bind.credentials));
  if (step && !step->done && ++session.sasl->steps < k_max_steps) {
    wire::put_bind(session.out(), id, {ResultCode::sasl_bind_in_progress}, step->challenge);
    co_return Result<void>();
  }
  if (step && !step->done) step = fail(Errc::auth_failed, "too many steps");
  session.sasl.reset();
  const auto& environment = session.environment();
  Result<void> allowed;
  if (step)
    allowed = trace::check_authorization(*step, environment.directory,
                                         environment.settings.directory.default_domain);
  if (!step || !allowed) {
    refuse(session, id, !step ? step.error() : allowed.error(), mechanism);
    co_return Result<void>();
  }
  // RFC 4511, 4.2.2: data with success goes along.
  std::optional<std::string> last;
  if (!step->challenge.empty()) last = std::move(step->challenge);
  become(session, id, std::move(step->identity), last);
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> op_bind(Session& session, std::int32_t id, wire::Bind bind) {
  session.leave();  // RFC 4511, 4.2.1: whatever comes of it
  if (bind.version != 3) {
    session.sasl.reset();
    wire::put_bind(session.out(), id,
                   {ResultCode::protocol_error, "LDAP version 3 is spoken here"});
    co_return Result<void>();
  }
  if (!bind.password) co_return co_await sasl_bind(session, id, std::move(bind));
  session.sasl.reset();
  co_return co_await simple_bind(session, id, std::move(bind));
}

}  // namespace kontor::ldap
