// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/app_password_sign_in.hpp"

#include <utility>

#include "base/core/text.hpp"
#include "base/log/events/directory.hpp"
#include "base/log/keys.hpp"
#include "directory/model/identity.hpp"

namespace kontor::trace {
namespace {

using directory::Identity;
using directory::SaslExchange;
using directory::SaslStep;
using directory::SignInContext;

struct Shared {
  AppPasswordSignInParts parts;

  // Against the account and the way of signing in, not against its password in the directory.
  Result<void> check_account(const directory::Principal& person,
                             const std::vector<directory::Sid>& sids) const {
    const auto now = parts.clock.now().time_since_epoch().count();
    KONTOR_TRY(directory::check_may_sign_in(person, now));
    return directory::check_proof(person, sids, directory::Proof::password, true);
  }

  Result<Identity> judge(const std::string& login,
                         const std::string& symbols,
                         const SignInContext& context) const {
    const auto copy = parts.directory.current();
    const auto person = copy->find_login(login, parts.settings.directory.default_domain);
    if (!person) {
      parts.passwords.check_unknown(symbols);
      return fail(Errc::auth_failed, "no such person");
    }
    auto identity = directory::make_identity(*copy, *person, login, {});
    if (const auto may = check_account(*person, identity.sids); !may) {
      parts.passwords.check_unknown(symbols);
      return fail(may.error());
    }
    KONTOR_TRY(auto id,
               parts.passwords.check(person->id, symbols, app_password_protocol(context.service),
                                     context.peer_address));
    identity.app_password = std::move(id);
    return identity;
  }

  // As judge(), with a line in the log; the same events as those of kontor-directory.
  Result<Identity> sign_in(const std::string& login,
                           const std::string& symbols,
                           const SignInContext& context,
                           const std::string& mechanism) const {
    auto identity = judge(login, symbols, context);
    const auto log = parts.log.with({{log::Keys::session, context.session},
                                     {log::Keys::peer, context.peer_address},
                                     {log::Keys::protocol, context.service},
                                     {log::Keys::mechanism, mechanism},
                                     {log::Keys::user, login}});
    if (identity) {
      log.emit(log::events::k_sign_in_done,
               {{log::Keys::principal, identity->id.text()},
                {log::Keys::detail, "app password " + identity->app_password}});
      return identity;
    }
    const auto& error = identity.error();
    const bool is_ours = error.code() != Errc::auth_failed;
    log.emit(is_ours ? log::events::k_sign_in_unavailable : log::events::k_sign_in_refused,
             {{log::Keys::error, name_of(error.code())}, {log::Keys::reason, error.detail()}});
    return identity;
  }
};

// PLAIN or LOGIN: takes the client's words, and begins the same exchange with kontor-directory when
// the password is none of ours.
class PasswordExchange final : public SaslExchange {
 public:
  PasswordExchange(const Shared& shared, std::string mechanism, SignInContext context)
      : shared_(&shared), mechanism_(std::move(mechanism)), context_(std::move(context)) {}

  Task<Result<SaslStep>> step(std::optional<std::string> response) override {
    if (inner_) co_return co_await inner_->step(std::move(response));
    if (mechanism_ == "PLAIN") co_return co_await step_of_plain(std::move(response));
    co_return co_await step_of_login(std::move(response));
  }

 private:
  // RFC 4616, 2: [authzid] NUL authcid NUL passwd, in one response.
  Task<Result<SaslStep>> step_of_plain(std::optional<std::string> response) {
    if (!response) co_return SaslStep();
    const auto parts = split(*response, '\0');
    const auto symbols = parts.size() == 3 ? app_password_symbols(parts[2]) : std::nullopt;
    if (symbols) co_return finish(std::string(parts[1]), *symbols, std::string(parts[0]));
    KONTOR_CO_TRY(inner_, shared_->parts.service.begin(mechanism_, context_));
    co_return co_await inner_->step(std::move(response));
  }

  // draft-murchison-sasl-login-00: the name, also as the initial response, then the password.
  Task<Result<SaslStep>> step_of_login(std::optional<std::string> response) {
    SaslStep next;
    if (!response) {
      next.challenge = "Username:";
      co_return next;
    }
    if (!login_) {
      login_ = std::move(*response);
      next.challenge = "Password:";
      co_return next;
    }
    if (const auto symbols = app_password_symbols(*response))
      co_return finish(*login_, *symbols, {});
    KONTOR_CO_TRY(inner_, shared_->parts.service.begin(mechanism_, context_));
    const auto asked = co_await inner_->step(*login_);
    if (!asked || asked->done) co_return asked;
    co_return co_await inner_->step(std::move(response));
  }

  Result<SaslStep> finish(const std::string& login,
                          const std::string& symbols,
                          std::string authorization_id) {
    SaslStep done;
    KONTOR_TRY(done.identity, shared_->sign_in(login, symbols, context_, mechanism_));
    done.done = true;
    done.authorization_id = std::move(authorization_id);
    return done;
  }

  const Shared* shared_;
  std::string mechanism_;
  SignInContext context_;
  std::optional<std::string> login_;
  std::unique_ptr<SaslExchange> inner_;
};

class AppPasswordSignIn final : public directory::SignInService {
 public:
  explicit AppPasswordSignIn(AppPasswordSignInParts parts) : shared_{std::move(parts)} {}

  std::vector<std::string> mechanisms(bool is_tls) const override {
    return shared_.parts.service.mechanisms(is_tls);
  }

  Result<std::unique_ptr<SaslExchange>> begin(std::string mechanism,
                                              SignInContext context) override {
    auto name = to_upper(mechanism);
    if (name != "PLAIN" && name != "LOGIN")
      return shared_.parts.service.begin(std::move(mechanism), std::move(context));
    if (!offers(name, context.is_tls)) return fail(Errc::unsupported, "no such mechanism here");
    return std::make_unique<PasswordExchange>(shared_, std::move(name), std::move(context));
  }

  Task<Result<Identity>> check_password(std::string login,
                                        std::string password,
                                        SignInContext context) override {
    const auto symbols = app_password_symbols(password);
    if (symbols && offers("PLAIN", context.is_tls))
      co_return shared_.sign_in(login, *symbols, context, "PLAIN");
    co_return co_await shared_.parts.service.check_password(std::move(login), std::move(password),
                                                            std::move(context));
  }

 private:
  bool offers(std::string_view name, bool is_tls) const {
    for (const auto& offered : mechanisms(is_tls))
      if (iequals(offered, name)) return true;
    return false;
  }

  Shared shared_;
};

}  // namespace

std::unique_ptr<directory::SignInService> app_password_sign_in(AppPasswordSignInParts parts) {
  return std::make_unique<AppPasswordSignIn>(std::move(parts));
}

}  // namespace kontor::trace
