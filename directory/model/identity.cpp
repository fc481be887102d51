// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/identity.hpp"

#include <algorithm>

#include "directory/model/limits.hpp"

namespace kontor::directory {
namespace {

// The domain part of a SID: all of it but the last number.
std::string_view domain_of(std::string_view sid) { return sid.substr(0, sid.rfind('-')); }

// Is the domain of this SID one whose people and groups the copy holds? The person's own is.
bool is_copied(const DirectoryCopy& copy, const Principal& principal, const Sid& sid) {
  return copy.knows_sid(sid) ||
         (!principal.sid.empty() && domain_of(sid) == domain_of(principal.sid));
}

}  // namespace

Result<void> check_may_sign_in(const Principal& principal, std::int64_t now) {
  if (const auto obstacle = obstacle_to(principal, now))
    return fail(Errc::auth_failed, std::string(refusal_of(*obstacle)));
  return {};
}

Result<void> check_proof(const Principal& principal,
                         const std::vector<Sid>& sids,
                         Proof proof,
                         bool has_app_password) {
  if (const auto obstacle = obstacle_to_proof(principal, sids, proof, has_app_password))
    return fail(Errc::auth_failed, std::string(refusal_of(*obstacle)));
  return {};
}

Identity make_identity(const DirectoryCopy& copy,
                       const Principal& principal,
                       std::string login,
                       const std::vector<Sid>& ticket_sids) {
  Identity identity;
  identity.id = principal.id;
  identity.name = principal.name;
  identity.mail = principal.mail;
  identity.login = std::move(login);
  identity.is_admin = principal.is_admin;
  identity.sids = copy.effective_sids(principal.id);
  for (const auto& sid : ticket_sids)
    if (!is_copied(copy, principal, sid)) identity.ticket_sids.push_back(sid);
  identity.sids.insert(identity.sids.end(), identity.ticket_sids.begin(),
                       identity.ticket_sids.end());
  std::ranges::sort(identity.sids);
  const auto [first, last] = std::ranges::unique(identity.sids);
  identity.sids.erase(first, last);
  return identity;
}

Result<Identity> refresh_identity(const DirectoryCopy& copy,
                                  const Identity& identity,
                                  std::int64_t now) {
  const auto principal = copy.find(identity.id);
  if (!principal) return fail(Errc::auth_failed, "account was removed");
  KONTOR_TRY(check_may_sign_in(*principal, now));
  const bool has_ticket = identity.ticket_ends == 0 || now < identity.ticket_ends;
  auto fresh = make_identity(copy, *principal, identity.login,
                             has_ticket ? identity.ticket_sids : std::vector<Sid>());
  fresh.proof = identity.proof;
  fresh.ticket_ends = identity.ticket_ends;
  fresh.app_password = identity.app_password;
  return fresh;
}

}  // namespace kontor::directory
