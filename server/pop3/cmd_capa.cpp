// SPDX-License-Identifier: GPL-3.0-or-later
// CAPA (RFC 2449, 5). Capabilities are announced in both states (RFC 2449, 3), those of passwords
// and of STLS as TLS allows them.
#include "server/pop3/commands.hpp"

namespace kontor::pop3 {
namespace {

bool is_offered(const Session& session, const CommandRow& row) {
  if (row.capability.empty()) return false;
  const bool is_tls = session.stream().is_tls();
  if (row.needs_tls) return is_tls;
  // RFC 2595, 2.1: not inside TLS
  if (row.name == "STLS") return !is_tls && session.environment().tls() != nullptr;
  return true;
}

}  // namespace

Task<Result<void>> cmd_capa(Session& session, std::string) {
  std::string& out = session.out();
  session.ok("capabilities follow");
  for (const auto& row : commands())
    if (is_offered(session, row)) out.append(row.capability).append("\r\n");
  const auto mechanisms = session.environment().sign_in.mechanisms(session.stream().is_tls());
  if (!mechanisms.empty()) {
    out.append("SASL");  // RFC 5034, 3
    for (const auto& name : mechanisms) out.append(" ").append(name);
    out.append("\r\n");
  }
  // RFC 3206, 6 for AUTH-RESP-CODE; RFC 2449, 6 for the others. There is no LOGIN-DELAY.
  out.append(
      "RESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\n"
      "IMPLEMENTATION Kontor-" KONTOR_VERSION "\r\n.\r\n");
  co_return Result<void>();
}

}  // namespace kontor::pop3
