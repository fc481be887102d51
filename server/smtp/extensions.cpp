// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of the EHLO answer: a row an extension, with the question whether it is offered now.
#include <fmt/chrono.h>

#include <algorithm>
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

// RFC 8689, 2: inside TLS alone.
std::optional<std::string> requiretls(const Session& session) {
  if (!session.stream().is_tls()) return std::nullopt;
  return std::string();
}

// RFC 4865, 4: the longest interval in seconds, and the last time.
std::optional<std::string> futurerelease(const Session& session) {
  const auto& environment = session.environment();
  const auto longest = environment.settings.queue.future_release;
  if (session.role() != Role::submission || longest.count() == 0) return std::nullopt;
  const auto last = (environment.clock.now() + longest).time_since_epoch().count();
  return fmt::format("{} {:%Y-%m-%dT%H:%M:%SZ}", longest.count(), fmt::gmtime(last));
}

// RFC 2852, 4
std::optional<std::string> deliverby(const Session& session) {
  const auto least = session.environment().settings.queue.deliver_by_least.count();
  if (session.role() == Role::lmtp) return std::nullopt;
  return least == 0 ? std::string() : std::to_string(least);
}

// RFC 6710, 4: to who is trusted with it.
std::optional<std::string> priority(const Session& session) {
  if (session.role() != Role::submission && !session.may_relay()) return std::nullopt;
  return std::string();
}

std::optional<std::string> etrn(const Session& session) {
  const auto& routes = session.environment().settings.queue.routes;
  const auto is_held = [](const std::string& row) { return row.contains("hold=yes"); };
  if (session.role() == Role::lmtp || std::ranges::none_of(routes, is_held)) return std::nullopt;
  return std::string();
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
    ExtensionRow{"REQUIRETLS", "RFC 8689", requiretls},
    ExtensionRow{"FUTURERELEASE", "RFC 4865", futurerelease},
    ExtensionRow{"DELIVERBY", "RFC 2852", deliverby},
    ExtensionRow{"MT-PRIORITY", "RFC 6710", priority},
    ExtensionRow{"ETRN", "RFC 1985", etrn},
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
