// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of the EHLO answer: a row an extension, with the question whether it is offered now.
#include <array>

#include "base/core/text.hpp"
#include "server/smtp/commands.hpp"

namespace kontor::smtp {
namespace {

struct ExtensionRow {
  std::string_view keyword;
  std::string_view rfc;
  // What follows the keyword, or nothing when the extension is not offered now.
  std::optional<std::string> (*parameters)(const Session& session);
};

std::optional<std::string> always(const Session&) { return std::string(); }

std::optional<std::string> size(const Session& session) {
  return std::to_string(session.limits().max_message);
}

std::optional<std::string> starttls(const Session& session) {
  // RFC 3207, 4.2: not offered inside TLS; and not without a certificate.
  if (session.stream().is_tls() || session.environment().tls() == nullptr) return std::nullopt;
  return std::string();
}

std::optional<std::string> auth(const Session& session) {
  if (session.role() != Role::submission || session.identity) return std::nullopt;
  const auto names = session.environment().sign_in.mechanisms(session.stream().is_tls());
  if (names.empty()) return std::nullopt;
  return join(names, " ");
}

// RFC 4468, 3.3: URLs with URLAUTH of this server, for who is signed in.
std::optional<std::string> burl(const Session& session) {
  const auto& environment = session.environment();
  if (session.role() != Role::submission || !session.identity || !environment.fetch_url)
    return std::nullopt;
  return "imap imap://" + environment.settings.server.name;
}

constexpr std::array k_extensions{
    ExtensionRow{"PIPELINING", "RFC 2920", always},
    ExtensionRow{"SIZE", "RFC 1870", size},
    ExtensionRow{"8BITMIME", "RFC 6152", always},
    ExtensionRow{"CHUNKING", "RFC 3030", always},
    ExtensionRow{"BINARYMIME", "RFC 3030", always},
    ExtensionRow{"BURL", "RFC 4468", burl},
    ExtensionRow{"DSN", "RFC 3461", always},
    ExtensionRow{"SMTPUTF8", "RFC 6531", always},
    ExtensionRow{"ENHANCEDSTATUSCODES", "RFC 2034", always},
    ExtensionRow{"STARTTLS", "RFC 3207", starttls},
    ExtensionRow{"AUTH", "RFC 4954", auth},
};

}  // namespace

std::vector<std::string> extensions(const Session& session) {
  std::vector<std::string> lines;
  for (const auto& row : k_extensions) {
    const auto parameters = row.parameters(session);
    if (!parameters) continue;
    lines.emplace_back(row.keyword);
    if (!parameters->empty()) lines.back().append(" ").append(*parameters);
  }
  return lines;
}

}  // namespace kontor::smtp
