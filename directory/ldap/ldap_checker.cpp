// SPDX-License-Identifier: GPL-3.0-or-later
// A password is checked by a bind as the person (RFC 4513, 5.1.3), each on a connection of its own:
// a bind takes a few milliseconds, and what is right is remembered (directory/agent/passwords.hpp).
#include "base/core/uuid.hpp"
#include "directory/ldap/bind_options.hpp"
#include "directory/ldap/handle.hpp"
#include "directory/ldap/ldap_entry.hpp"
#include "directory/ldap/ldap_source.hpp"

namespace kontor::directory {
namespace {

class LdapChecker final : public PasswordChecker {
 public:
  LdapChecker(const config::Ldap& settings, std::shared_ptr<Controllers> servers)
      : settings_(settings),
        servers_(std::move(servers)),
        transport_({servers_}, settings.timeout) {}

  std::string source() const override { return k_ldap_source; }
  Result<void> check(const Principal& principal,
                     std::string_view login,
                     std::string_view password) override;
  void check_unknown(std::string_view password) override;

 private:
  Result<void> bind_as(const std::string& dn, std::string_view password) const;

  const config::Ldap& settings_;
  std::shared_ptr<Controllers> servers_;
  KdcTransport transport_;
};

Result<void> LdapChecker::bind_as(const std::string& dn, std::string_view password) const {
  // RFC 4513, 5.1.2: a name with an empty password is an anonymous bind that succeeds; and so is
  // one without a name.
  if (dn.empty() || password.empty()) return fail(Errc::auth_failed, "no name or no password");
  const auto servers = servers_->in_order();
  if (servers.empty() || servers.front().addresses.empty())
    return fail(Errc::unavailable, "the LDAP server is not known yet");
  auto options = ldap_bind_options(settings_);
  options.name = dn;
  options.password = std::string(password);
  Watchdog dog;
  auto handle = open_handle(servers.front(), options, transport_, dog);
  explicit_bzero(options.password->data(), options.password->size());
  if (handle) {
    handle->reset();
    dog.watch(-1);
    return {};
  }
  const auto& error = handle.error();
  switch (error.code()) {
    case Errc::no_permission:  // wrong password, or locked: the server says which to nobody
    case Errc::not_found:
    case Errc::bad_input:  // unwillingToPerform, constraintViolation: the account is locked
      return fail(Errc::auth_failed, error.detail());
    default:
      return fail(Errc::unavailable, error.detail());
  }
}

Result<void> LdapChecker::check(const Principal& principal,
                                std::string_view,
                                std::string_view password) {
  return bind_as(principal.dn, password);
}

// A bind that fails costs the server about the same whoever it is for.
void LdapChecker::check_unknown(std::string_view password) {
  const auto dn = "uid=unknown-" + Uuid::random().hex().substr(0, 12) + "," + settings_.search_base;
  const auto refused = bind_as(dn, password.empty() ? "unknown" : password);
  static_cast<void>(refused);
}

}  // namespace

std::unique_ptr<PasswordChecker> make_ldap_checker(const config::Ldap& settings,
                                                   std::shared_ptr<Controllers> servers) {
  return std::make_unique<LdapChecker>(settings, std::move(servers));
}

}  // namespace kontor::directory
