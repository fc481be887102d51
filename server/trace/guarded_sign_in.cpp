// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/guarded_sign_in.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/core/text.hpp"
#include "directory/model/ntlm_message.hpp"
#include "server/trace/open_try.hpp"

namespace kontor::trace {
namespace {

constexpr std::size_t k_max_account = 256;

struct Parts {
  const config::Settings& settings;
  directory::SignInService& service;
  const directory::Directory& directory;
  Guard& guard;
};

// One name for all names of an account; a guesser must not get a new count with each of them.
std::string account_of(const Parts& parts, const std::string& login) {
  const auto person =
      parts.directory.current()->find_login(login, parts.settings.directory.default_domain);
  if (person) return person->id.text();
  return "?" + directory::fold_name(login.substr(0, k_max_account));
}

// What a client's responses say, as far as the mechanism says it here.
struct Said {
  std::string login, password;
};

std::optional<Said> said_in_plain(std::string_view response) {
  const auto parts = split(response, '\0');  // RFC 4616, 2
  if (parts.size() != 3) return std::nullopt;
  return Said{std::string(parts[1]), std::string(parts[2])};
}

class GuardedExchange final : public directory::SaslExchange {
 public:
  GuardedExchange(const Parts& parts,
                  std::string mechanism,
                  std::string address,
                  std::unique_ptr<directory::SaslExchange> inner)
      : parts_(parts),
        mechanism_(std::move(mechanism)),
        address_(std::move(address)),
        inner_(std::move(inner)) {}

  Task<Result<directory::SaslStep>> step(std::optional<std::string> response) override {
    const auto said = response ? take(*response) : std::nullopt;
    if (!said) co_return co_await inner_->step(std::move(response));
    Try what{address_, account_of(parts_, said->login)};
    KONTOR_CO_TRY(co_await wait_in_line(parts_.guard, parts_.settings.sign_in, what));
    OpenTry open(parts_.guard, what);
    auto outcome = co_await inner_->step(std::move(response));
    const auto error = outcome ? std::nullopt : std::optional(outcome.error().code());
    const auto wait = open.close(error, said->password);
    co_await wait_after(wait);
    co_return outcome;
  }

 private:
  // Name and password, when this response completes them.
  std::optional<Said> take(const std::string& response) {
    if (mechanism_ == "PLAIN") return said_in_plain(response);
    if (mechanism_ == "NTLM") {  // the proof stands for the password: it differs each time
      if (auto claim = directory::ntlm_claim(response)) return Said{*std::move(claim), response};
      return std::nullopt;
    }
    if (mechanism_ != "LOGIN") return std::nullopt;
    if (login_) return Said{*login_, response};
    login_ = response;
    return std::nullopt;
  }

  Parts parts_;
  std::string mechanism_, address_;
  std::unique_ptr<directory::SaslExchange> inner_;
  std::optional<std::string> login_;
};

class GuardedSignIn final : public directory::SignInService {
 public:
  explicit GuardedSignIn(const Parts& parts) : parts_(parts) {}

  std::vector<std::string> mechanisms(bool is_tls) const override {
    return parts_.service.mechanisms(is_tls);
  }

  Result<std::unique_ptr<directory::SaslExchange>> begin(
      std::string mechanism, directory::SignInContext context) override {
    auto name = to_upper(mechanism);
    auto address = context.peer_address;
    KONTOR_TRY(auto inner, parts_.service.begin(std::move(mechanism), std::move(context)));
    return std::make_unique<GuardedExchange>(parts_, std::move(name), std::move(address),
                                             std::move(inner));
  }

  Task<Result<directory::Identity>> check_password(std::string login,
                                                   std::string password,
                                                   directory::SignInContext context) override {
    Try what{context.peer_address, account_of(parts_, login)};
    KONTOR_CO_TRY(co_await wait_in_line(parts_.guard, parts_.settings.sign_in, what));
    OpenTry open(parts_.guard, what);
    auto identity =
        co_await parts_.service.check_password(std::move(login), password, std::move(context));
    const auto error = identity ? std::nullopt : std::optional(identity.error().code());
    const auto wait = open.close(error, password);
    co_await wait_after(wait);
    co_return identity;
  }

 private:
  Parts parts_;
};

}  // namespace

std::unique_ptr<directory::SignInService> guarded_sign_in(const config::Settings& settings,
                                                          directory::SignInService& service,
                                                          const directory::Directory& directory,
                                                          Guard& guard) {
  return std::make_unique<GuardedSignIn>(Parts{settings, service, directory, guard});
}

}  // namespace kontor::trace
