// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/self_test.hpp"

#include <gssapi/gssapi_krb5.h>

#include "directory/krb/acceptor.hpp"
#include "directory/krb/gss.hpp"

namespace kontor::directory {
namespace {

// The client's first token. The ticket is in the thread's cache already: nobody is asked.
Result<std::string> first_token(const std::string& principal) {
  GssName name;
  GssContext context;
  GssBuffer token;
  OM_uint32 minor = 0;
  auto text = view_of(principal);
  auto major = gss_import_name(&minor, &text, GSS_KRB5_NT_PRINCIPAL_NAME, name.out());
  if (!GSS_ERROR(major))
    major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, context.out(), name.get(),
                                 gss_mech_krb5, GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG,
                                 GSS_C_INDEFINITE, GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER,
                                 nullptr, token.out(), nullptr, nullptr);
  if (GSS_ERROR(major)) return fail(Errc::unavailable, gss_text("own ticket", major, minor));
  return token.text();
}

}  // namespace

Result<void> accept_own_ticket(const ServiceIdentity& identity,
                               const KdcTransport& transport,
                               const std::string& service,
                               const std::string& host) {
  KONTOR_TRY(take_ticket(identity, transport, service, host));
  KONTOR_TRY(auto token, first_token(service + "/" + host + "@" + identity.realm));
  config::ActiveDirectory settings;
  settings.keytab_file = identity.keytab_file;
  SignInContext client;
  client.service = service;
  const auto mechanisms = make_ticket_mechanisms(settings);
  KONTOR_TRY(const auto acceptor, mechanisms.front()->begin(client));
  KONTOR_TRY(acceptor->step(std::move(token)));
  return {};
}

}  // namespace kontor::directory
