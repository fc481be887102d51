// SPDX-License-Identifier: GPL-3.0-or-later
// The service's own tickets: how kontor-directory proves itself to a controller.
#pragma once
#include <string>

#include "base/core/result.hpp"
#include "directory/krb/kdc.hpp"

namespace kontor::directory {

struct ServiceIdentity {
  std::string realm;
  std::string keytab_file;
  std::string principal;    // of the keytab; empty: its machine account (NAME$), else its first
  std::string target = {};  // realm of the controllers that are asked; empty: the same
  std::string ticket_cache = {};  // not empty: the tickets of this cache, instead of the keytab
};

// Signs in with the keytab, fetches a ticket for ldap/`host`, and makes GSSAPI of the calling
// thread use it from then on: a bind on this thread asks no controller any more. Blocks within the
// transport's limit for each request. unavailable: keytab unusable or no controller answers;
// auth_failed: the controllers refuse the keytab's key.
Result<void> take_ldap_ticket(const ServiceIdentity& identity,
                              const KdcTransport& transport,
                              const std::string& host);
// The same for another service: `service`/`host` (RFC 4120, 6.2.1).
Result<void> take_ticket(const ServiceIdentity& identity,
                         const KdcTransport& transport,
                         const std::string& service,
                         const std::string& host);

}  // namespace kontor::directory
