// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/client.hpp"

#include <gssapi/gssapi_krb5.h>

#include <algorithm>
#include <functional>

#include "directory/krb/context.hpp"
#include "directory/krb/keytab.hpp"
#include "directory/krb/tickets.hpp"

namespace kontor::directory {
namespace {
// A memory cache: nothing on disk, gone with the process. One thread uses it.
std::string cache_name(const ServiceIdentity& identity) {
  return "MEMORY:kontor-ldap-" + (identity.target.empty() ? identity.realm : identity.target);
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
                          const std::string& service,
                          const std::string& host) {
  krb5_context context = kerberos.get();
  krb5_creds wanted{};
  OwnedPrincipal client(kerberos);
  OwnedPrincipal server(kerberos);
  auto code = krb5_cc_get_principal(context, cache, client.out());
  if (code == 0)
    code = krb5_build_principal(context, server.out(), static_cast<unsigned>(realm.size()),
                                realm.c_str(), service.c_str(), host.c_str(),
                                static_cast<char*>(nullptr));
  wanted.client = client.get();
  wanted.server = server.get();
  krb5_creds* got = nullptr;
  if (code == 0) code = krb5_get_credentials(context, 0, cache, &wanted, &got);
  if (code != 0) return fail(kerberos.error(("ticket for " + service + "/" + host).c_str(), code));
  krb5_free_creds(context, got);
  return {};
}

// The numbers of the keys of `name`, the newest first.
std::vector<krb5_kvno> key_numbers(const Kerberos& kerberos,
                                   krb5_keytab keytab,
                                   const std::string& name) {
  krb5_context context = kerberos.get();
  std::vector<krb5_kvno> numbers;
  OwnedPrincipal wanted(kerberos);
  krb5_kt_cursor cursor = nullptr;
  if (krb5_parse_name(context, name.c_str(), wanted.out()) != 0 ||
      krb5_kt_start_seq_get(context, keytab, &cursor) != 0)
    return numbers;
  krb5_keytab_entry entry{};
  while (krb5_kt_next_entry(context, keytab, &entry, &cursor) == 0) {
    if (krb5_principal_compare(context, entry.principal, wanted.get()) != 0)
      numbers.push_back(entry.vno);
    krb5_free_keytab_entry_contents(context, &entry);
  }
  krb5_kt_end_seq_get(context, keytab, &cursor);
  std::ranges::sort(numbers, std::greater<>());
  const auto rest = std::ranges::unique(numbers);
  numbers.erase(rest.begin(), rest.end());
  return numbers;
}

// Copies the keys of number `kvno` into `to`.
void copy_keys(const Kerberos& kerberos, krb5_keytab from, krb5_keytab to, krb5_kvno kvno) {
  krb5_context context = kerberos.get();
  krb5_kt_cursor cursor = nullptr;
  if (krb5_kt_start_seq_get(context, from, &cursor) != 0) return;
  krb5_keytab_entry entry{};
  while (krb5_kt_next_entry(context, from, &entry, &cursor) == 0) {
    if (entry.vno == kvno) krb5_kt_add_entry(context, to, &entry);
    krb5_free_keytab_entry_contents(context, &entry);
  }
  krb5_kt_end_seq_get(context, from, &cursor);
}

// With the newest key; when it is refused, with the one before it: a change of the password that
// was prepared in the keytab may not have come to the domain.
Result<void> sign_in_newest(const Kerberos& kerberos,
                            const ServiceIdentity& identity,
                            krb5_keytab keytab,
                            const std::string& name,
                            krb5_ccache cache) {
  auto first = sign_in(kerberos, keytab, name, cache);
  if (first || first.error().code() != Errc::auth_failed) return first;
  const auto numbers = key_numbers(kerberos, keytab, name);
  if (numbers.size() < 2) return first;
  OwnedKeytab older(kerberos);
  if (krb5_kt_resolve(kerberos.get(), cache_name(identity).c_str(), older.out()) != 0) return first;
  copy_keys(kerberos, keytab, older.get(), numbers[1]);
  if (sign_in(kerberos, older.get(), name, cache)) return {};
  return first;
}

Result<void> sign_in_any(const Kerberos& kerberos,
                         const ServiceIdentity& identity,
                         krb5_keytab keytab,
                         krb5_ccache cache) {
  std::vector<std::string> names = {identity.principal};
  if (identity.principal.empty()) {
    KONTOR_TRY(names, keytab_principals(kerberos, keytab));
  }
  Result<void> first = {};
  for (const auto& name : names) {
    auto done = sign_in_newest(kerberos, identity, keytab, name, cache);
    if (done || done.error().code() != Errc::auth_failed) return done;
    if (first) first = std::move(done);  // the account's own name says most
  }
  return first;
}

Result<void> sign_in_with_keytab(const Kerberos& kerberos,
                                 const ServiceIdentity& identity,
                                 krb5_ccache cache) {
  OwnedKeytab keytab(kerberos);
  if (const auto code =
          krb5_kt_resolve(kerberos.get(), keytab_name(identity.keytab_file).c_str(), keytab.out());
      code != 0)
    return fail(kerberos.error("keytab", code));
  return sign_in_any(kerberos, identity, keytab.get(), cache);
}

}  // namespace

Result<void> take_ldap_ticket(const ServiceIdentity& identity,
                              const KdcTransport& transport,
                              const std::string& host) {
  return take_ticket(identity, transport, "ldap", host);
}

Result<void> take_ticket(const ServiceIdentity& identity,
                         const KdcTransport& transport,
                         const std::string& service,
                         const std::string& host) {
  KONTOR_TRY(const auto kerberos, Kerberos::open(transport, identity.realm));
  OwnedCcache cache(*kerberos);
  const std::string name =
      identity.ticket_cache.empty() ? cache_name(identity) : identity.ticket_cache;
  if (const auto code = krb5_cc_resolve(kerberos->get(), name.c_str(), cache.out()); code != 0)
    return fail(kerberos->error("ticket cache", code));
  if (identity.ticket_cache.empty()) {
    KONTOR_TRY(sign_in_with_keytab(*kerberos, identity, cache.get()));
  }
  const auto& realm = identity.target.empty() ? identity.realm : identity.target;
  KONTOR_TRY(fetch_ticket(*kerberos, cache.get(), realm, service, host));
  OM_uint32 minor = 0;
  if (gss_krb5_ccache_name(&minor, name.c_str(), nullptr) != GSS_S_COMPLETE)
    return fail(Errc::internal, "GSSAPI does not take a ticket cache");
  return {};
}

}  // namespace kontor::directory
