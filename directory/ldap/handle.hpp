// SPDX-License-Identifier: GPL-3.0-or-later
// libldap's handle with its limits set. For the sources of this folder only.
#pragma once
#include <ldap.h>

#include <memory>
#include <string>

#include "directory/ldap/connection.hpp"

namespace kontor::directory {

struct LdapClose {
  void operator()(LDAP* handle) const { ldap_unbind_ext(handle, nullptr, nullptr); }
};
using LdapHandle = std::unique_ptr<LDAP, LdapClose>;

struct LdapMessageFree {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using LdapMessage = std::unique_ptr<LDAPMessage, LdapMessageFree>;

timeval to_timeval(std::chrono::milliseconds length);
// The bytes of a value, NULs and all; the entry of a search answer.
std::string text_of(const berval& value);
Entry read_entry_message(LDAP* handle, LDAPMessage* message);

// What a result code of libldap or a controller means; the detail has both texts.
Error ldap_error(LDAP* handle, const std::string& what, int code);

// A connected, sealed and signed-in handle; its socket is watched by `dog`. no_permission: the name
// or password is refused.
Result<LdapHandle> open_handle(const Controller& controller,
                               const BindOptions& options,
                               const KdcTransport& transport,
                               Watchdog& dog);

}  // namespace kontor::directory
