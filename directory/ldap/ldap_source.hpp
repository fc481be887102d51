// SPDX-License-Identifier: GPL-3.0-or-later
// The source "ldap": people and groups of an LDAP server such as OpenLDAP, followed by syncrepl
// (RFC 4533, refreshAndPersist), and its password checker.
//
// Identity is entryUUID. One connection stays open and brings every change; when it is lost, the
// next one goes on with the server's cookie. Everything is read anew when the server does not know
// the cookie, when a container was renamed, and on request. Passwords are checked by a bind as the
// person.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "directory/krb/controllers.hpp"
#include "directory/model/acceptor.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

// The address of the server, as both take it. bad_input or unsupported: a sentence about ldap.uri.
Result<std::shared_ptr<Controllers>> ldap_servers(const config::Ldap& settings);

// `settings` outlive them.
std::unique_ptr<Source> make_ldap_source(const config::Settings& settings,
                                         std::shared_ptr<Controllers> servers);
std::unique_ptr<PasswordChecker> make_ldap_checker(const config::Ldap& settings,
                                                   std::shared_ptr<Controllers> servers);

}  // namespace kontor::directory
