// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/access.hpp"

#include <fmt/format.h>

namespace kontor::policy {

using config::PolicyProtocol;

std::optional<PolicyProtocol> protocol_of_service(std::string_view service) noexcept {
  if (service == "imap" || service == "sieve") return PolicyProtocol::imap;
  if (service == "pop") return PolicyProtocol::pop3;
  if (service == "smtp") return PolicyProtocol::submission;
  if (service == "HTTP") return PolicyProtocol::http;
  if (service == "ldap") return PolicyProtocol::ldap;
  return std::nullopt;
}

std::optional<PolicyProtocol> protocol_of_session(std::string_view protocol) noexcept {
  if (protocol == "imap" || protocol == "managesieve") return PolicyProtocol::imap;
  if (protocol == "pop3") return PolicyProtocol::pop3;
  if (protocol == "http") return PolicyProtocol::http;
  if (protocol == "ldap") return PolicyProtocol::ldap;
  if (protocol == "smtp" || protocol == "submission") return PolicyProtocol::submission;
  return std::nullopt;
}

Result<void> check_access(const config::PolicyValues& values,
                          PolicyProtocol protocol,
                          std::string_view address) {
  if (values.is_locked) return fail(Errc::no_permission, "the mailbox is locked");
  const auto name = config::name_of(protocol);
  if (!values.may_use(protocol))
    return fail(Errc::no_permission, fmt::format("policy does not allow {}", name));
  const auto* networks = values.networks_of(protocol);
  if (networks == nullptr) return {};
  const auto peer = parse_ip_address(address);
  if (peer && networks->judge(*peer) == AccessRules::Verdict::allowed) return {};
  return fail(Errc::no_permission, fmt::format("policy does not allow {} from {}", name, address));
}

}  // namespace kontor::policy
