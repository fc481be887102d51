// SPDX-License-Identifier: GPL-3.0-or-later
// The Kerberos library's handles, each owned by one object. For the sources of this folder only.
#pragma once
#include <krb5/krb5.h>

#include <memory>
#include <string>

#include "base/core/result.hpp"
#include "directory/krb/kdc.hpp"

namespace kontor::directory {

// A krb5_context whose requests go through `transport`. One thread at a time.
class Kerberos {
 public:
  // `transport` outlives it and serves `realm`; requests to other realms are refused.
  static Result<std::unique_ptr<Kerberos>> open(const KdcTransport& transport, std::string realm);
  Kerberos(const KdcTransport& transport, std::string realm);  // not open yet: use open()
  Kerberos(const Kerberos&) = delete;
  Kerberos& operator=(const Kerberos&) = delete;
  ~Kerberos();

  krb5_context get() const { return context_; }
  const std::string& realm() const { return realm_; }
  // "what: text of the library".
  std::string explain(const char* what, krb5_error_code code) const;
  // unavailable, with that text.
  Error error(const char* what, krb5_error_code code) const;

 private:
  static krb5_error_code send_hook(krb5_context context,
                                   void* data,
                                   const krb5_data* realm,
                                   const krb5_data* message,
                                   krb5_data** new_message,
                                   krb5_data** new_reply);

  krb5_context context_ = nullptr;
  const KdcTransport* transport_;
  std::string realm_;
  std::string transport_detail_;  // why the last request found nobody
};

// Owns a krb5 object that is freed with its context.
template <class T, auto Free>
class Owned {
 public:
  explicit Owned(const Kerberos& kerberos) : kerberos_(&kerberos) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (value_ != nullptr) Free(kerberos_->get(), value_);
  }
  T get() const { return value_; }
  T* out() { return &value_; }

 private:
  const Kerberos* kerberos_;
  T value_ = nullptr;
};

using OwnedPrincipal = Owned<krb5_principal, krb5_free_principal>;
using OwnedKeytab = Owned<krb5_keytab, krb5_kt_close>;
using OwnedCcache = Owned<krb5_ccache, krb5_cc_close>;
using OwnedInitCreds = Owned<krb5_init_creds_context, krb5_init_creds_free>;
using OwnedOptions = Owned<krb5_get_init_creds_opt*, krb5_get_init_creds_opt_free>;

class OwnedCreds {
 public:
  explicit OwnedCreds(const Kerberos& kerberos) : kerberos_(&kerberos) {}
  OwnedCreds(const OwnedCreds&) = delete;
  OwnedCreds& operator=(const OwnedCreds&) = delete;
  ~OwnedCreds() { krb5_free_cred_contents(kerberos_->get(), &value_); }
  krb5_creds* out() { return &value_; }

 private:
  const Kerberos* kerberos_;
  krb5_creds value_{};
};

}  // namespace kontor::directory
