// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/sign_in.hpp"

#include "server/policy/access.hpp"

namespace kontor::policy {
namespace {

// Whom a sign-in is judged by: what its context says.
struct Place {
  const Policies& policies;
  std::optional<config::PolicyProtocol> protocol;
  std::string address;

  Place(const Policies& all, const directory::SignInContext& context)
      : policies(all),
        protocol(protocol_of_service(context.service)),
        address(context.peer_address) {}
  Result<void> check(const directory::Identity& identity) const {
    const auto values = policies.of(identity.id);
    if (!protocol && values->is_locked) return fail(Errc::no_permission, "the mailbox is locked");
    if (!protocol) return {};
    return check_access(*values, *protocol, address);
  }
};

class PolicedExchange final : public directory::SaslExchange {
 public:
  PolicedExchange(Place place, std::unique_ptr<directory::SaslExchange> inner)
      : place_(std::move(place)), inner_(std::move(inner)) {}

  Task<Result<directory::SaslStep>> step(std::optional<std::string> response) override {
    KONTOR_CO_TRY(auto step, co_await inner_->step(std::move(response)));
    if (step.done) {
      KONTOR_CO_TRY(place_.check(step.identity));
    }
    co_return step;
  }

 private:
  Place place_;
  std::unique_ptr<directory::SaslExchange> inner_;
};

class PolicedSignIn final : public directory::SignInService {
 public:
  PolicedSignIn(directory::SignInService& service, const Policies& policies)
      : service_(service), policies_(policies) {}

  std::vector<std::string> mechanisms(bool is_tls) const override {
    return service_.mechanisms(is_tls);
  }

  Result<std::unique_ptr<directory::SaslExchange>> begin(
      std::string mechanism, directory::SignInContext context) override {
    Place place(policies_, context);
    KONTOR_TRY(auto inner, service_.begin(std::move(mechanism), std::move(context)));
    return std::make_unique<PolicedExchange>(std::move(place), std::move(inner));
  }

  Task<Result<directory::Identity>> check_password(std::string login,
                                                   std::string password,
                                                   directory::SignInContext context) override {
    const Place place(policies_, context);
    KONTOR_CO_TRY(auto identity, co_await service_.check_password(
                                     std::move(login), std::move(password), std::move(context)));
    KONTOR_CO_TRY(place.check(identity));
    co_return identity;
  }

 private:
  directory::SignInService& service_;
  const Policies& policies_;
};

}  // namespace

std::unique_ptr<directory::SignInService> policed_sign_in(directory::SignInService& service,
                                                          const Policies& policies) {
  return std::make_unique<PolicedSignIn>(service, policies);
}

}  // namespace kontor::policy
