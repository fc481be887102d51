// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/account_keys.hpp"

#include <cstring>

#include "base/core/text.hpp"
#include "directory/krb/context.hpp"
#include "directory/krb/tickets.hpp"

namespace kontor::directory {
namespace {

constexpr const char* k_admin_cache = "MEMORY:kontor-administrator";
constexpr const char* k_keys = "MEMORY:kontor-keys";
constexpr const char* k_change_service = "kadmin/changepw";  // RFC 3244, 2

std::string text_of(const krb5_data& data) {
  return data.length == 0 ? std::string() : std::string(data.data, data.length);
}

// "DOMAIN\name" and "name@REALM" are account names; other suffixes need the controller to map
// them, as an enterprise name (RFC 6806, 5).
krb5_error_code admin_name(const Kerberos& kerberos, const std::string& name, krb5_principal* out) {
  const auto slash = name.find('\\');
  const std::string account = slash == std::string::npos ? name : name.substr(slash + 1);
  const auto at = account.rfind('@');
  const bool is_enterprise =
      at != std::string::npos && !iequals(account.substr(at + 1), kerberos.realm());
  const std::string plain = is_enterprise ? account : account.substr(0, at);
  return krb5_parse_name_flags(kerberos.get(), plain.c_str(),
                               is_enterprise ? KRB5_PRINCIPAL_PARSE_ENTERPRISE : 0, out);
}

Result<Key> derive_key(const Kerberos& kerberos,
                       krb5_principal account,
                       krb5_enctype type,
                       const std::string& password) {
  krb5_context context = kerberos.get();
  OwnedOptions options(kerberos);
  if (const auto code = krb5_get_init_creds_opt_alloc(context, options.out()); code != 0)
    return fail(kerberos.error("making keys", code));
  krb5_get_init_creds_opt_set_etype_list(options.get(), &type, 1);
  krb5_enctype offered = 0;
  krb5_data salt{}, parameters{};
  if (const auto code =
          krb5_get_etype_info(context, account, options.get(), &offered, &salt, &parameters);
      code != 0)
    return fail(kerberos.error("asking how the account's keys are made", code));
  krb5_data secret{};
  std::string copy = password;
  secret.data = copy.data();
  secret.length = static_cast<unsigned>(copy.size());
  krb5_keyblock made{};
  // RFC 3961, 3: what the controller gave are the salt and the parameters of string-to-key.
  krb5_error_code code = KRB5_PROG_ETYPE_NOSUPP;
  if (offered == type)
    code = krb5_c_string_to_key_with_params(context, type, &secret, &salt,
                                            parameters.length == 0 ? nullptr : &parameters, &made);
  explicit_bzero(copy.data(), copy.size());
  krb5_free_data_contents(context, &salt);
  krb5_free_data_contents(context, &parameters);
  if (code != 0) return fail(kerberos.error(encryption_name(type).c_str(), code));
  Key key{type, std::string(reinterpret_cast<const char*>(made.contents), made.length)};
  krb5_free_keyblock_contents(context, &made);
  return key;
}

Result<void> change_with(const Kerberos& kerberos, krb5_creds* creds, const std::string& password) {
  krb5_context context = kerberos.get();
  int answer = 0;
  krb5_data short_text{}, long_text{};
  const auto code =
      krb5_change_password(context, creds, password.c_str(), &answer, &short_text, &long_text);
  if (code != 0) return fail(kerberos.error("changing the password", code));
  std::string text = text_of(short_text);
  char* message = nullptr;
  if (krb5_chpw_message(context, &long_text, &message) == 0 && message != nullptr) {
    text += std::string(": ") + to_valid_utf8(message);
    krb5_free_string(context, message);
  }
  krb5_free_data_contents(context, &short_text);
  krb5_free_data_contents(context, &long_text);
  if (answer == KRB5_KPASSWD_SUCCESS) return {};
  return fail(Errc::no_permission, "the controller refuses the new password: " + text);
}

// Puts keys into a keytab of this process.
krb5_error_code add_keys(const Kerberos& kerberos,
                         const std::vector<KeytabEntry>& keys,
                         krb5_principal owner,
                         krb5_keytab keytab) {
  krb5_error_code code = 0;
  for (const auto& key : keys) {
    krb5_keytab_entry entry{};
    entry.principal = owner;
    entry.vno = key.kvno;
    entry.key.enctype = key.key.type;
    std::string bytes = key.key.bytes;
    entry.key.length = static_cast<unsigned>(bytes.size());
    entry.key.contents = reinterpret_cast<krb5_octet*>(bytes.data());
    if (code == 0) code = krb5_kt_add_entry(kerberos.get(), keytab, &entry);
    explicit_bzero(bytes.data(), bytes.size());
  }
  return code;
}

// `service`: nullptr is the ticket-granting one.
Result<void> sign_in_with_keys(const Kerberos& kerberos,
                               const std::vector<KeytabEntry>& keys,
                               const char* service,
                               OwnedCreds& creds) {
  krb5_context context = kerberos.get();
  const std::string name = keys.front().name() + "@" + keys.front().realm;
  OwnedKeytab keytab(kerberos);
  OwnedPrincipal client(kerberos);
  OwnedInitCreds exchange(kerberos);
  auto code = krb5_kt_resolve(context, k_keys, keytab.out());
  if (code == 0) code = krb5_parse_name(context, name.c_str(), client.out());
  if (code == 0) code = add_keys(kerberos, keys, client.get(), keytab.get());
  if (code == 0)
    code =
        krb5_init_creds_init(context, client.get(), nullptr, nullptr, 0, nullptr, exchange.out());
  if (code == 0 && service != nullptr)
    code = krb5_init_creds_set_service(context, exchange.get(), service);
  if (code == 0) code = krb5_init_creds_set_keytab(context, exchange.get(), keytab.get());
  if (code == 0) code = krb5_init_creds_get(context, exchange.get());
  if (code == 0) code = krb5_init_creds_get_creds(context, exchange.get(), creds.out());
  if (code == 0) return {};
  return fail(is_refusal(code) ? Errc::auth_failed : Errc::unavailable,
              kerberos.explain(("signing in as " + name).c_str(), code));
}

}  // namespace

std::string callers_ticket_cache() {
  krb5_context context = nullptr;
  if (krb5_init_context(&context) != 0) return {};
  const char* name = krb5_cc_default_name(context);
  std::string out = name == nullptr ? "" : name;
  krb5_free_context(context);
  return out;
}

Result<std::string> sign_in_with_password(const KdcTransport& transport,
                                          const std::string& realm,
                                          const std::string& name,
                                          const std::string& password) {
  if (password.empty()) return fail(Errc::auth_failed, "an empty password");
  KONTOR_TRY(const auto kerberos, Kerberos::open(transport, realm));
  krb5_context context = kerberos->get();
  OwnedPrincipal client(*kerberos);
  OwnedOptions options(*kerberos);
  OwnedInitCreds exchange(*kerberos);
  OwnedCreds creds(*kerberos);
  OwnedCcache cache(*kerberos);
  auto code = admin_name(*kerberos, name, client.out());
  if (code == 0) code = krb5_get_init_creds_opt_alloc(context, options.out());
  if (code == 0) {
    krb5_get_init_creds_opt_set_canonicalize(options.get(), 1);
    code = krb5_init_creds_init(context, client.get(), nullptr, nullptr, 0, options.get(),
                                exchange.out());
  }
  if (code == 0) code = krb5_init_creds_set_password(context, exchange.get(), password.c_str());
  if (code == 0) code = krb5_init_creds_get(context, exchange.get());
  if (code == 0) code = krb5_init_creds_get_creds(context, exchange.get(), creds.out());
  if (code == 0) code = krb5_cc_resolve(context, k_admin_cache, cache.out());
  if (code == 0) code = krb5_cc_initialize(context, cache.get(), creds.out()->client);
  if (code == 0) code = krb5_cc_store_cred(context, cache.get(), creds.out());
  if (code == 0) return std::string(k_admin_cache);
  return fail(is_refusal(code) ? Errc::auth_failed : Errc::unavailable,
              kerberos->explain(("signing in as " + name).c_str(), code));
}

Result<std::vector<Key>> derive_keys(const KdcTransport& transport,
                                     const std::string& realm,
                                     const std::string& account,
                                     const std::string& password) {
  KONTOR_TRY(const auto kerberos, Kerberos::open(transport, realm));
  OwnedPrincipal principal(*kerberos);
  if (const auto code = krb5_parse_name(kerberos->get(), account.c_str(), principal.out());
      code != 0)
    return fail(kerberos->error(account.c_str(), code));
  std::vector<Key> keys;
  for (const auto type : {k_aes256, k_aes128}) {
    KONTOR_TRY(auto key, derive_key(*kerberos, principal.get(), type, password));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<void> change_own_password(const KdcTransport& transport,
                                 const std::vector<KeytabEntry>& keys,
                                 const std::string& password) {
  if (keys.empty()) return fail(Errc::not_found, "no key to sign in with");
  KONTOR_TRY(const auto kerberos, Kerberos::open(transport, keys.front().realm));
  OwnedCreds creds(*kerberos);
  KONTOR_TRY(sign_in_with_keys(*kerberos, keys, k_change_service, creds));
  return change_with(*kerberos, creds.out(), password);
}

Result<void> try_keys(const KdcTransport& transport, const std::vector<KeytabEntry>& keys) {
  if (keys.empty()) return fail(Errc::not_found, "no key to sign in with");
  KONTOR_TRY(const auto kerberos, Kerberos::open(transport, keys.front().realm));
  OwnedCreds creds(*kerberos);
  return sign_in_with_keys(*kerberos, keys, nullptr, creds);
}

}  // namespace kontor::directory
