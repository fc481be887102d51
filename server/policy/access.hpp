// SPDX-License-Identifier: GPL-3.0-or-later
// May somebody use a protocol, from where he is? Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/config/policy_rule.hpp"

namespace kontor::policy {

// Of a GSSAPI service name ("imap", "pop", "smtp", "HTTP", "ldap"); nothing: no policy is about it.
std::optional<config::PolicyProtocol> protocol_of_service(std::string_view service) noexcept;
// Of SessionInfo::protocol.
std::optional<config::PolicyProtocol> protocol_of_session(std::string_view protocol) noexcept;

// no_permission, with the reason for the log. `address` is numeric; what is no address is in no
// network.
Result<void> check_access(const config::PolicyValues& values,
                          config::PolicyProtocol protocol,
                          std::string_view address);

}  // namespace kontor::policy
