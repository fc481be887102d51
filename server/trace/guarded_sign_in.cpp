// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/guarded_sign_in.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/core/text.hpp"
#include "base/net/signal.hpp"
#include "directory/model/ntlm_message.hpp"

namespace kontor::trace {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_line{15'000};  // longest wait in line beside sign_in.longest_delay
constexpr std::size_t k_max_account = 256;

struct Parts {
  const config::Settings& settings;
  directory::SignInService& service;
  const directory::Directory& directory;
  Guard& guard;
};

Task<void> sleep_for(milliseconds length) {
  net::Signal nobody;
  (void)co_await nobody.wait(length);
}

// One name for all names of an account; a guesser must not get a new count with each of them.
std::string account_of(const Parts& parts, const std::string& login) {
  const auto person =
      parts.directory.current()->find_login(login, parts.settings.directory.default_domain);
  if (person) return person->id.text();
  return "?" + directory::fold_name(login.substr(0, k_max_account));
}

// unavailable: blocked, or the line is too long.
Task<Result<void>> wait_in_line(const Parts& parts, Try& what) {
  const milliseconds most = parts.settings.sign_in.longest_delay + k_line;
  for (;;) {
    KONTOR_CO_TRY(const auto wait, parts.guard.admit(what));
    if (wait.count() <= 0) co_return Result<void>();
    if (what.waited + wait > most)
      co_return fail(Errc::unavailable, "too many tries from this address");
    co_await sleep_for(wait);
    what.waited += wait;
  }
}

// Tells the guard how a try ended, also when its coroutine is gone before that is known.
class OpenTry {
 public:
  OpenTry(Guard& guard, const Try& what) : guard_(guard), what_(what) {}
  ~OpenTry() {
    if (open_) guard_.gone(what_);
  }
  OpenTry(const OpenTry&) = delete;
  OpenTry& operator=(const OpenTry&) = delete;
  // How long the answer has to wait.
  milliseconds close(std::optional<Errc> error, std::string_view secret) {
    if (error && error != Errc::auth_failed) return milliseconds(0);
    open_ = false;
    if (error) return guard_.failed(what_, secret);
    guard_.succeeded(what_);
    return milliseconds(0);
  }

 private:
  Guard& guard_;
  const Try& what_;
  bool open_ = true;
};

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
    KONTOR_CO_TRY(co_await wait_in_line(parts_, what));
    OpenTry open(parts_.guard, what);
    auto outcome = co_await inner_->step(std::move(response));
    const auto error = outcome ? std::nullopt : std::optional(outcome.error().code());
    const auto wait = open.close(error, said->password);
    if (wait.count() > 0) co_await sleep_for(wait);
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
    KONTOR_CO_TRY(co_await wait_in_line(parts_, what));
    OpenTry open(parts_.guard, what);
    auto identity =
        co_await parts_.service.check_password(std::move(login), password, std::move(context));
    const auto error = identity ? std::nullopt : std::optional(identity.error().code());
    const auto wait = open.close(error, password);
    if (wait.count() > 0) co_await sleep_for(wait);
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
