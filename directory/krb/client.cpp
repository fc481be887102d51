// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/client.hpp"

#include <gssapi/gssapi_krb5.h>

#include "directory/krb/context.hpp"
#include "directory/krb/keytab.hpp"

namespace kontor::directory {
namespace {
// A memory cache: nothing on disk, gone with the process. One thread uses it.
std::string cache_name(const ServiceIdentity& identity) {
  return "MEMORY:kontor-ldap-" + (identity.target.empty() ? identity.realm : identity.target);
}

bool is_refusal(krb5_error_code code) {
  return code == KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN || code == KRB5KDC_ERR_PREAUTH_FAILED ||
         code == KRB5KDC_ERR_CLIENT_REVOKED || code == KRB5KDC_ERR_KEY_EXP ||
         code == KRB5KRB_AP_ERR_BAD_INTEGRITY;
}

Result<void> sign_in(const Kerberos& kerberos,
                     krb5_keytab keytab,
                     const std::string& name,
                     krb5_ccache cache) {
  krb5_context context = kerberos.get();
  OwnedPrincipal client(kerberos);
  if (const auto code = krb5_parse_name(context, name.c_str(), client.out()); code != 0)
    return fail(kerberos.error(name.c_str(), code));
  OwnedInitCreds exchange(kerberos);
  OwnedCreds creds(kerberos);
  auto code =
      krb5_init_creds_init(context, client.get(), nullptr, nullptr, 0, nullptr, exchange.out());
  if (code == 0) code = krb5_init_creds_set_keytab(context, exchange.get(), keytab);
  if (code == 0) code = krb5_init_creds_get(context, exchange.get());
  if (code == 0) code = krb5_init_creds_get_creds(context, exchange.get(), creds.out());
  if (code == 0) code = krb5_cc_initialize(context, cache, client.get());
  if (code == 0) code = krb5_cc_store_cred(context, cache, creds.out());
  if (code == 0) return {};
  return fail(is_refusal(code) ? Errc::auth_failed : Errc::unavailable,
              kerberos.explain(("signing in as " + name).c_str(), code));
}

Result<void> fetch_ticket(const Kerberos& kerberos,
                          krb5_ccache cache,
                          const std::string& realm,
                          const std::string& host) {
  krb5_context context = kerberos.get();
  krb5_creds wanted{};
  OwnedPrincipal client(kerberos);
  OwnedPrincipal server(kerberos);
  auto code = krb5_cc_get_principal(context, cache, client.out());
  if (code == 0)
    code = krb5_build_principal(context, server.out(), static_cast<unsigned>(realm.size()),
                                realm.c_str(), "ldap", host.c_str(), static_cast<char*>(nullptr));
  wanted.client = client.get();
  wanted.server = server.get();
  krb5_creds* got = nullptr;
  if (code == 0) code = krb5_get_credentials(context, 0, cache, &wanted, &got);
  if (code != 0) return fail(kerberos.error(("ticket for ldap/" + host).c_str(), code));
  krb5_free_creds(context, got);
  return {};
}

Result<void> sign_in_any(const Kerberos& kerberos,
                         const ServiceIdentity& identity,
                         krb5_keytab keytab,
                         krb5_ccache cache) {
  std::vector<std::string> names = {identity.principal};
  if (identity.principal.empty()) {
    KONTOR_TRY(names, keytab_principals(kerberos, keytab));
  }
  Result<void> last = fail(Errc::unavailable, "no key");
  for (const auto& name : names) {
    last = sign_in(kerberos, keytab, name, cache);
    if (last || last.error().code() != Errc::auth_failed) break;
  }
  return last;
}

}  // namespace

Result<void> take_ldap_ticket(const ServiceIdentity& identity,
                              const KdcTransport& transport,
                              const std::string& host) {
  KONTOR_TRY(const auto kerberos, Kerberos::open(transport, identity.realm));
  OwnedKeytab keytab(*kerberos);
  OwnedCcache cache(*kerberos);
  const std::string name = cache_name(identity);
  if (const auto code =
          krb5_kt_resolve(kerberos->get(), keytab_name(identity.keytab_file).c_str(), keytab.out());
      code != 0)
    return fail(kerberos->error("keytab", code));
  if (const auto code = krb5_cc_resolve(kerberos->get(), name.c_str(), cache.out()); code != 0)
    return fail(kerberos->error("ticket cache", code));
  KONTOR_TRY(sign_in_any(*kerberos, identity, keytab.get(), cache.get()));
  const auto& realm = identity.target.empty() ? identity.realm : identity.target;
  KONTOR_TRY(fetch_ticket(*kerberos, cache.get(), realm, host));
  OM_uint32 minor = 0;
  if (gss_krb5_ccache_name(&minor, name.c_str(), nullptr) != GSS_S_COMPLETE)
    return fail(Errc::internal, "GSSAPI does not take a ticket cache");
  return {};
}

}  // namespace kontor::directory
