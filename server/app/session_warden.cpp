// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/session_warden.hpp"

#include "base/log/events/server.hpp"
#include "directory/model/identity.hpp"

namespace kontor::app {
namespace {

// What the client is told; empty: the person may stay.
std::string_view reason_to_end(const directory::Principal* person, UtcSeconds now) {
  if (person == nullptr) return "the account was removed";
  switch (directory::DirectoryCopy::state_at(*person, now.time_since_epoch().count())) {
    case directory::State::enabled:
      return {};
    case directory::State::disabled:
      return "the account was disabled";
    case directory::State::expired:
      return "the account has expired";
  }
  return {};
}

bool is_same(const directory::Identity& a, const directory::Identity& b) {
  return a.sids == b.sids && a.is_admin == b.is_admin && a.name == b.name && a.mail == b.mail;
}

}  // namespace

std::size_t end_forbidden_sessions(const directory::Directory& directory,
                                   trace::Sessions& sessions,
                                   UtcSeconds now,
                                   const log::Context& log) {
  std::size_t ended = 0;
  const auto copy = directory.current();
  for (const auto& id : sessions.people()) {
    const auto person = copy->find(id);
    const auto reason = reason_to_end(person.get(), now);
    if (reason.empty()) continue;
    const auto count = sessions.end(id, std::string(reason));
    if (count == 0) continue;  // they are ending already
    ended += count;
    log.emit(log::events::k_sessions_ended, {{log::Keys::principal, id.text()},
                                             {log::Keys::count, count},
                                             {log::Keys::reason, reason}});
  }
  return ended;
}

// Computed outside the table's lock.
std::size_t renew_identities(const directory::Directory& directory,
                             trace::Sessions& sessions,
                             UtcSeconds now,
                             const log::Context& log) {
  const auto copy = directory.current();
  std::size_t renewed = 0;
  for (const auto& [session, before] : sessions.identities()) {
    auto after = directory::refresh_identity(*copy, *before, now.time_since_epoch().count());
    // Who may not stay is ended, with a reason, by end_forbidden_sessions().
    if (!after || is_same(*after, *before)) continue;
    sessions.renew(session, std::make_shared<const directory::Identity>(*std::move(after)));
    ++renewed;
  }
  if (renewed > 0) log.emit(log::events::k_sessions_renewed, {{log::Keys::count, renewed}});
  return renewed;
}

}  // namespace kontor::app
