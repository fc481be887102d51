// SPDX-License-Identifier: GPL-3.0-or-later
// One SMTP or LMTP connection (RFC 5321, 6409, 2033). server/app accepts and calls serve().
#pragma once
#include <functional>
#include <memory>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "base/net/stream.hpp"
#include "directory/model/sign_in.hpp"
#include "server/policy/policies.hpp"
#include "server/smtp/gate.hpp"
#include "server/smtp/routing.hpp"
#include "server/trace/sessions.hpp"

namespace kontor::filter {
class Checks;     // server/filter/checks.hpp
class Scanning;   // server/filter/scan/scanning.hpp
class Screening;  // server/filter/screening/screening.hpp
class Signs;      // server/filter/signs.hpp
}  // namespace kontor::filter

namespace kontor::policy {
class DayCounts;  // server/policy/day_counts.hpp
}

namespace kontor::rules {
class Engine;  // server/rules/engine.hpp
}

namespace kontor::message_trace {
class Sink;  // server/message_trace/step.hpp
}

namespace kontor::quarantine {
class Keeper;  // server/quarantine/keeper.hpp
}

namespace kontor::trace {
class RecentSignIns;  // server/trace/recent_sign_ins.hpp
}

namespace kontor::smtp {

enum class Role : unsigned char {
  mx,          // port 25: for local recipients, no sign-in needed
  submission,  // 587 and 465: signed-in people only, over TLS
  lmtp,        // port 24: one answer a recipient
};

// What a connection needs of the server; everything outlives it.
struct Environment {
  const config::Settings& settings;
  directory::Directory& directory;
  directory::SignInService& sign_in;
  Routing& routing;
  Gate& gate;
  trace::Sessions& sessions;
  const Clock& clock;
  std::function<std::shared_ptr<const net::TlsContext>()> tls;
  log::Context log;
  const policy::Policies& policies;
  // The bytes that an IMAP URL names, for who submits (BURL, RFC 4468). Errors: bad_input (no such
  // URL), no_permission, not_found; others: try again later.
  std::function<Task<Result<std::string>>(directory::Identity who, std::string url)> fetch_url = {};
  const filter::Checks* checks = nullptr;        // of mail from others; null: none
  const filter::Scanning* scanning = nullptr;    // of the messages; null: none
  filter::Screening* screening = nullptr;        // of who hands it over; null: none
  const filter::Signs* signs = nullptr;          // in headers; null: none are looked for
  quarantine::Keeper* quarantine = nullptr;      // null: nothing is held
  const trace::RecentSignIns* recent = nullptr;  // by POP3; null: they do not count
  message_trace::Sink* trace = nullptr;          // is told of each message; null: nobody is
  rules::Engine* rules = nullptr;                // of the organisation; null: there are none
  policy::DayCounts* day_counts = nullptr;       // null: nobody is limited by the day
};

// Runs until the client leaves or a limit ends it. With `implicit_tls` the handshake comes first
// (465).
Task<void> serve(std::unique_ptr<net::Stream> stream,
                 Role role,
                 bool implicit_tls,
                 const Environment& environment);

}  // namespace kontor::smtp
