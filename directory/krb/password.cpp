// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/password.hpp"

#include <array>
#include <string>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "directory/krb/context.hpp"
#include "directory/krb/keytab.hpp"
#include "directory/krb/profile.hpp"

namespace kontor::directory {
namespace {

struct Meaning {
  krb5_error_code code;
  Errc kind;
  const char* reason;
};
// [MS-KILE] 2.2.1 and RFC 4120, 7.5.9: what a controller says about an account. Everything else
// means that nobody could check.
constexpr std::array k_meanings{
    Meaning{KRB5KDC_ERR_PREAUTH_FAILED, Errc::auth_failed, "wrong password"},
    Meaning{KRB5KRB_AP_ERR_BAD_INTEGRITY, Errc::auth_failed, "wrong password"},
    Meaning{KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, Errc::auth_failed, "the domain knows no such account"},
    Meaning{KRB5KDC_ERR_CLIENT_REVOKED, Errc::auth_failed,
            "account is disabled, expired or locked out"},
    Meaning{KRB5KDC_ERR_NAME_EXP, Errc::auth_failed, "account is expired"},
    Meaning{KRB5KDC_ERR_KEY_EXP, Errc::auth_failed, "password is expired or must be changed"},
    Meaning{KRB5KDC_ERR_POLICY, Errc::auth_failed, "the domain's policy forbids this sign-in"},
};

class KerberosChecker final : public PasswordChecker {
 public:
  KerberosChecker(const config::ActiveDirectory& settings, Domains domains)
      : transport_(std::move(domains), settings.timeout),
        realm_(realm_of(settings)),
        keytab_file_(settings.keytab_file) {}

  std::string source() const override { return "ad"; }
  bool judges_locks() const override { return true; }
  Result<void> check(const Principal& principal,
                     std::string_view login,
                     std::string_view password) override;
  void check_unknown(std::string_view password) override;

 private:
  Result<void> sign_in(const Kerberos& kerberos,
                       krb5_principal client,
                       const std::string& password) const;
  Result<void> prove(const Kerberos& kerberos, krb5_creds* creds) const;

  KdcTransport transport_;
  std::string realm_, keytab_file_;
};

Error meaning_of(const Kerberos& kerberos, krb5_error_code code) {
  for (const auto& meaning : k_meanings)
    if (meaning.code == code) return Error(meaning.kind, meaning.reason);
  return kerberos.error("password check", code);
}

// The account's name as the domain has it: sAMAccountName, else the UPN as an enterprise name
// (RFC 6806, 5), which the controller maps.
krb5_error_code client_name(const Kerberos& kerberos,
                            const Principal& principal,
                            std::string_view login,
                            krb5_principal* out) {
  if (!principal.account_name.empty())
    return krb5_build_principal(kerberos.get(), out, static_cast<unsigned>(kerberos.realm().size()),
                                kerberos.realm().c_str(), principal.account_name.c_str(),
                                static_cast<char*>(nullptr));
  const std::string name(principal.principal_name.empty() ? login : principal.principal_name);
  return krb5_parse_name_flags(kerberos.get(), name.c_str(), KRB5_PRINCIPAL_PARSE_ENTERPRISE, out);
}

Result<void> KerberosChecker::prove(const Kerberos& kerberos, krb5_creds* creds) const {
  OwnedKeytab keytab(kerberos);
  if (const auto code =
          krb5_kt_resolve(kerberos.get(), keytab_name(keytab_file_).c_str(), keytab.out());
      code != 0)
    return fail(kerberos.error("keytab", code));
  KONTOR_TRY(const auto names, keytab_principals(kerberos, keytab.get()));
  OwnedPrincipal server(kerberos);
  if (const auto code = krb5_parse_name(kerberos.get(), names.front().c_str(), server.out());
      code != 0)
    return fail(kerberos.error("keytab", code));
  krb5_verify_init_creds_opt options;
  krb5_verify_init_creds_opt_init(&options);
  krb5_verify_init_creds_opt_set_ap_req_nofail(&options, 1);
  const auto code =
      krb5_verify_init_creds(kerberos.get(), creds, server.get(), keytab.get(), nullptr, &options);
  if (code != 0)
    return fail(kerberos.error("the controller's answer cannot be proved with the keytab", code));
  return {};
}

Result<void> KerberosChecker::sign_in(const Kerberos& kerberos,
                                      krb5_principal client,
                                      const std::string& password) const {
  krb5_context context = kerberos.get();
  OwnedInitCreds exchange(kerberos);
  OwnedOptions options(kerberos);
  OwnedCreds creds(kerberos);
  auto code = krb5_get_init_creds_opt_alloc(context, options.out());
  if (code != 0) return fail(kerberos.error("password check", code));
  krb5_get_init_creds_opt_set_forwardable(options.get(), 0);
  krb5_get_init_creds_opt_set_canonicalize(options.get(), 1);
  krb5_get_init_creds_opt_set_tkt_life(options.get(), 300);
  // Not krb5_get_init_creds_password: that asks a second ("primary") controller after a refusal,
  // which would count a wrong password twice.
  code = krb5_init_creds_init(context, client, nullptr, nullptr, 0, options.get(), exchange.out());
  if (code == 0) code = krb5_init_creds_set_password(context, exchange.get(), password.c_str());
  if (code == 0) code = krb5_init_creds_get(context, exchange.get());
  if (code == 0) code = krb5_init_creds_get_creds(context, exchange.get(), creds.out());
  if (code != 0) return fail(meaning_of(kerberos, code));
  return prove(kerberos, creds.out());
}

Result<void> KerberosChecker::check(const Principal& principal,
                                    std::string_view login,
                                    std::string_view password) {
  // RFC 4513, 5.1.2 shows what an empty password means elsewhere: it never gets to a controller.
  if (password.empty() || password.find('\0') != std::string_view::npos)
    return fail(Errc::auth_failed, "empty password, or one with a NUL");
  // A person of another followed domain is asked about there; the proof crosses the trust.
  const bool is_elsewhere = transport_.knows(principal.domain);
  KONTOR_TRY(const auto kerberos,
             Kerberos::open(transport_, is_elsewhere ? to_upper(principal.domain) : realm_));
  OwnedPrincipal client(*kerberos);
  if (const auto code = client_name(*kerberos, principal, login, client.out()); code != 0)
    return fail(kerberos->error("account name", code));
  std::string secret(password);
  auto outcome = sign_in(*kerberos, client.get(), secret);
  explicit_bzero(secret.data(), secret.size());
  return outcome;
}

// A wrong password costs two requests and the making of one key; a name nobody has costs one
// request. The difference is spent here.
void KerberosChecker::check_unknown(std::string_view password) {
  auto kerberos = Kerberos::open(transport_, realm_);
  if (!kerberos) return;
  const Kerberos& use = **kerberos;
  for (int request = 0; request < 2; ++request) {
    OwnedPrincipal client(use);
    const std::string name = "unknown-" + Uuid::random().hex().substr(0, 12);
    if (krb5_build_principal(use.get(), client.out(), static_cast<unsigned>(realm_.size()),
                             realm_.c_str(), name.c_str(), static_cast<char*>(nullptr)) != 0)
      return;
    OwnedInitCreds exchange(use);
    auto code =
        krb5_init_creds_init(use.get(), client.get(), nullptr, nullptr, 0, nullptr, exchange.out());
    if (code == 0) code = krb5_init_creds_set_password(use.get(), exchange.get(), "unknown");
    if (code == 0) code = krb5_init_creds_get(use.get(), exchange.get());
    if (code == KRB5_KDC_UNREACH) return;
  }
  krb5_data text{};
  std::string copy(password), salt = realm_ + "unknown";
  text.data = copy.data();
  text.length = static_cast<unsigned>(copy.size());
  krb5_data salting{};
  salting.data = salt.data();
  salting.length = static_cast<unsigned>(salt.size());
  krb5_keyblock key{};
  if (krb5_c_string_to_key(use.get(), ENCTYPE_AES256_CTS_HMAC_SHA1_96, &text, &salting, &key) == 0)
    krb5_free_keyblock_contents(use.get(), &key);
  explicit_bzero(copy.data(), copy.size());
}

}  // namespace

std::unique_ptr<PasswordChecker> make_kerberos_checker(const config::ActiveDirectory& settings,
                                                       Domains domains) {
  return std::make_unique<KerberosChecker>(settings, std::move(domains));
}

}  // namespace kontor::directory
