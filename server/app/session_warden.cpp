// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/session_warden.hpp"

#include <map>
#include <optional>
#include <utility>

#include "base/log/events/policy.hpp"
#include "base/log/events/server.hpp"
#include "directory/model/identity.hpp"
#include "directory/model/limits.hpp"
#include "server/policy/access.hpp"

namespace kontor::app {
namespace {

using directory::Obstacle;

std::optional<Obstacle> obstacle_to(const directory::DirectoryCopy& copy,
                                    const directory::Identity& identity,
                                    UtcSeconds now) {
  const auto person = copy.find(identity.id);
  if (!person) return Obstacle::removed;
  return directory::obstacle_to_session(*person, identity, now.time_since_epoch().count());
}

bool is_same(const directory::Identity& a, const directory::Identity& b) {
  return a.sids == b.sids && a.is_admin == b.is_admin && a.name == b.name && a.mail == b.mail;
}

}  // namespace

std::size_t end_forbidden_sessions(const directory::Directory& directory,
                                   trace::Sessions& sessions,
                                   UtcSeconds now,
                                   const log::Context& log) {
  const auto copy = directory.current();
  std::map<std::pair<directory::PrincipalId, Obstacle>, std::size_t> ended;
  for (const auto& [session, identity] : sessions.identities()) {
    const auto obstacle = obstacle_to(*copy, *identity, now);
    if (!obstacle) continue;
    const auto reason = directory::goodbye_of(*obstacle);
    if (sessions.end_session(session, identity->id, std::string(reason)))
      ++ended[{identity->id, *obstacle}];  // else it is ending already
  }
  std::size_t all = 0;
  for (const auto& [what, count] : ended) {
    all += count;
    log.emit(log::events::k_sessions_ended,
             {{log::Keys::principal, what.first.text()},
              {log::Keys::count, count},
              {log::Keys::reason, directory::refusal_of(what.second)}});
  }
  return all;
}

std::size_t end_revoked_sessions(const trace::AppPasswords& passwords,
                                 trace::Sessions& sessions,
                                 const log::Context& log) {
  constexpr std::string_view reason = "the app password was revoked or has expired";
  std::size_t count = 0;
  for (const auto& [session, who] : sessions.identities())
    if (!who->app_password.empty() && !passwords.is_in_force(who->id, who->app_password) &&
        sessions.end_session(session, who->id, std::string(reason)))
      ++count;
  if (count > 0)
    log.emit(log::events::k_sessions_ended,
             {{log::Keys::count, count}, {log::Keys::reason, reason}});
  return count;
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

std::size_t end_disallowed_sessions(const policy::Policies& policies,
                                    trace::Sessions& sessions,
                                    const log::Context& log) {
  if (!policies.has_rules()) return 0;
  std::map<std::uint64_t, directory::PrincipalId> people;
  for (const auto& [session, identity] : sessions.identities()) people[session] = identity->id;
  std::map<std::pair<directory::PrincipalId, std::string>, std::size_t> ended;  // with the reason
  for (const auto& session : sessions.list()) {
    const auto person = people.find(session.id);
    const auto protocol = policy::protocol_of_session(session.protocol);
    if (person == people.end() || !protocol) continue;
    const auto values = policies.of(person->second);
    const auto allowed = policy::check_access(*values, *protocol, session.peer.address);
    if (allowed) continue;
    if (sessions.end_session(session.id, person->second,
                             "your account may not be used this way any more"))
      ++ended[{person->second, allowed.error().detail()}];  // else it is ending already
  }
  std::size_t all = 0;
  for (const auto& [what, count] : ended) {
    all += count;
    log.emit(log::events::k_policy_sessions_ended, {{log::Keys::principal, what.first.text()},
                                                    {log::Keys::count, count},
                                                    {log::Keys::reason, what.second}});
  }
  return all;
}

}  // namespace kontor::app
