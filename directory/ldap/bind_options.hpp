// SPDX-License-Identifier: GPL-3.0-or-later
// How the connection to an LDAP server is made, from the settings ldap.*. Pure.
#pragma once
#include "base/config/settings.hpp"
#include "directory/ldap/connection.hpp"

namespace kontor::directory {

inline BindOptions ldap_bind_options(const config::Ldap& settings) {
  BindOptions options;
  options.use_kerberos = false;
  options.use_tls = settings.security != "none";
  options.name = settings.bind_name;
  options.password_file = settings.bind_password_file;
  options.ca_file = settings.ca_file;
  options.timeout = settings.timeout;
  options.section = "ldap";
  return options;
}

}  // namespace kontor::directory
