// SPDX-License-Identifier: GPL-3.0-or-later
// docs/generated/pop3-commands.md from the table.
#include "server/pop3/commands.hpp"

namespace kontor::pop3 {

std::string commands_markdown() {
  std::string out =
      "# POP3 commands\n\n"
      "Made from the table in `server/pop3/commands.cpp`. Each row has a wire script of its name "
      "in\n"
      "`tests/scripts/pop3`.\n\n"
      "| command | allowed | only inside TLS | capability | RFC and section |\n"
      "|---|---|---|---|---|\n";
  for (const auto& row : commands()) {
    std::string_view allowed = row.states == k_transaction ? "signed in" : "before sign-in";
    if (row.states == k_any) allowed = "always";
    out.append("| `").append(row.name).append("` | ").append(allowed);
    out.append(row.needs_tls ? " | yes | " : " | | ").append(row.capability);
    out.append(" | ").append(row.rfc).append(" |\n");
  }
  return out;
}

}  // namespace kontor::pop3
