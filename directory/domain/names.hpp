// SPDX-License-Identifier: GPL-3.0-or-later
// The names that clients ask tickets for, and those of the server's account. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

// The part of a host name before the first dot.
std::string short_name(std::string_view host);
// "imap/mail.example.com", "imap/mail", …: each service with the long and the short name.
std::vector<std::string> service_names(const std::vector<std::string>& services,
                                       std::string_view host);
// sAMAccountName of a machine: at most 15 characters of the short name, in upper case, and "$"
// ([MS-SAMR] 3.1.1.8.4); of a service account: `account` as given, else "kontor-" and the short
// name, at most 20 characters.
std::string account_name(const JoinWish& wish, std::string_view host);
// A name a controller takes for a host in a service principal name; sAMAccountName without the
// characters it forbids ([MS-SAMR] 3.1.1.6).
bool is_account_name(std::string_view name);
// A value in a DN (RFC 4514, 2.4).
std::string dn_escape(std::string_view value);
// 120 random characters of four kinds, as every policy of complexity wants.
std::string random_password();

}  // namespace kontor::directory
