// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/plain.hpp"

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

// The name goes on as the person's own id, so that what is checked and who signs in are one.
Result<AcceptStep> check(PasswordDesk& desk, const SignInContext& context, PlainMessage message) {
  KONTOR_TRY(const auto person, desk.check(message.login, message.password, context));
  AcceptStep step;
  step.done = true;
  step.authenticated.name = std::move(message.login);
  step.authenticated.authorization_id = std::move(message.authorization_id);
  step.authenticated.sid = person->sid;
  step.authenticated.proof = Proof::password;
  return step;
}

class PlainAcceptor final : public Acceptor {
 public:
  PlainAcceptor(PasswordDesk& desk, SignInContext context)
      : desk_(&desk), context_(std::move(context)) {}
  Result<AcceptStep> step(std::optional<std::string> response) override {
    if (!response) return AcceptStep();  // RFC 4422, 5: the client goes first; ask it to
    KONTOR_TRY(auto message, parse_plain(*response));
    login_ = message.login;
    return check(*desk_, context_, std::move(message));
  }
  std::string claimed_name() const override { return login_; }

 private:
  std::string login_;
  PasswordDesk* desk_;
  SignInContext context_;
};

class LoginAcceptor final : public Acceptor {
 public:
  LoginAcceptor(PasswordDesk& desk, SignInContext context)
      : desk_(&desk), context_(std::move(context)) {}
  Result<AcceptStep> step(std::optional<std::string> response) override {
    AcceptStep next;
    if (!response && !is_asked_) {
      is_asked_ = true;
      next.challenge = "Username:";
      return next;
    }
    if (!response) return fail(Errc::bad_input, "no response");
    is_asked_ = true;
    if (!login_) {  // also as the initial response, which some clients send
      login_ = std::move(*response);
      next.challenge = "Password:";
      return next;
    }
    return check(*desk_, context_, PlainMessage{{}, *login_, std::move(*response)});
  }
  std::string claimed_name() const override { return login_.value_or(""); }

 private:
  PasswordDesk* desk_;
  SignInContext context_;
  bool is_asked_ = false;
  std::optional<std::string> login_;
};

template <class OneAcceptor>
class PasswordMechanism final : public Mechanism {
 public:
  PasswordMechanism(std::string name, PasswordDesk& desk) : name_(std::move(name)), desk_(&desk) {}
  std::string name() const override { return name_; }
  bool needs_tls() const override { return true; }
  Pool pool() const override { return Pool::passwords; }
  Result<std::unique_ptr<Acceptor>> begin(const SignInContext& context) override {
    return std::make_unique<OneAcceptor>(*desk_, context);
  }

 private:
  std::string name_;
  PasswordDesk* desk_;
};

}  // namespace

Result<PlainMessage> parse_plain(std::string_view message) {
  const auto parts = split(message, '\0');
  if (parts.size() != 3 || parts[1].empty())
    return fail(Errc::bad_input, "a PLAIN message must be authzid NUL authcid NUL passwd");
  return PlainMessage{std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

std::shared_ptr<Mechanism> make_plain(PasswordDesk& desk) {
  return std::make_shared<PasswordMechanism<PlainAcceptor>>("PLAIN", desk);
}

std::shared_ptr<Mechanism> make_login(PasswordDesk& desk) {
  return std::make_shared<PasswordMechanism<LoginAcceptor>>("LOGIN", desk);
}

}  // namespace kontor::directory
