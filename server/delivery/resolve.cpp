// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/resolve.hpp"

#include <array>

#include "base/core/text.hpp"

namespace kontor::delivery {
namespace {

using directory::DirectoryCopy;
using directory::Kind;
using directory::Principal;
using directory::State;
using PrincipalPointer = std::shared_ptr<const Principal>;

bool may_receive(const Principal& principal, std::int64_t now) {
  return principal.has_mailbox() && DirectoryCopy::state_at(principal, now) == State::enabled;
}

// The object of an address, looked for without its +tag when nobody has the whole (RFC 5233, 1).
PrincipalPointer find(const DirectoryCopy& copy, std::string_view local, std::string_view domain) {
  const auto look_up = [&](std::string_view name) {
    return copy.find_address(std::string(name) + '@' + std::string(domain));
  };
  if (auto found = look_up(local)) return found;
  const auto plus = local.find('+');
  if (plus == 0 || plus == std::string_view::npos) return nullptr;
  return look_up(local.substr(0, plus));
}

Resolved administrators(const DirectoryCopy& copy, std::int64_t now) {
  Resolved out;
  for (const auto& principal : copy.all())
    if (principal->is_admin && may_receive(*principal, now)) out.mailboxes.push_back(principal);
  out.verdict = out.mailboxes.empty() ? Verdict::unknown : Verdict::deliver;
  return out;
}

Resolved group_members(const DirectoryCopy& copy, const Principal& group, std::int64_t now) {
  Resolved out;
  for (auto& member : copy.expand(group.id))
    if (may_receive(*member, now)) out.mailboxes.push_back(std::move(member));
  out.verdict = out.mailboxes.empty() ? Verdict::empty : Verdict::deliver;
  return out;
}

}  // namespace

Resolved resolve(const DirectoryCopy& copy, std::string_view address, UtcSeconds now) {
  const auto seconds = now.time_since_epoch().count();
  const auto at = address.rfind('@');
  const auto local = address.substr(0, at);
  if (at == std::string_view::npos) {
    if (iequals(local, "postmaster")) return administrators(copy, seconds);
    return {};
  }
  const auto domain = address.substr(at + 1);
  const auto principal = find(copy, local, domain);
  if (!principal) {
    if (!copy.is_local_domain(domain)) return {Verdict::foreign, {}};
    // RFC 5321, 4.5.1: postmaster is answered for in every domain mail is taken for.
    if (iequals(local, "postmaster")) return administrators(copy, seconds);
    return {};
  }
  switch (principal->kind) {
    case Kind::contact:
      return {Verdict::foreign, {}};
    case Kind::group:
      return group_members(copy, *principal, seconds);
    case Kind::person:
    case Kind::room:
      break;
  }
  if (!principal->has_mailbox()) return {};
  if (!may_receive(*principal, seconds)) return {Verdict::disabled, {}};
  return {Verdict::deliver, {principal}};
}

std::string_view name_of(Verdict verdict) noexcept {
  static constexpr std::array<std::string_view, 5> k_names{"deliver", "unknown", "foreign",
                                                           "disabled", "empty"};
  return k_names[static_cast<std::size_t>(verdict)];
}

}  // namespace kontor::delivery
