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

// One look at one copy.
struct Lookup {
  const DirectoryCopy& copy;
  const Domains& domains;
  std::int64_t now;

  bool is_local(std::string_view domain) const {
    return copy.is_local_domain(domain) || domains.is_local(domain);
  }
  bool may_receive(const Principal& principal) const {
    return principal.has_mailbox() && DirectoryCopy::state_at(principal, now) == State::enabled;
  }
  // The address of a contact that is elsewhere; empty: mail to it would come back here.
  std::string outside(const Principal& contact) const {
    const auto address = domains.canonical(contact.mail);
    const auto at = address.rfind('@');
    if (at == std::string::npos || is_local(std::string_view(address).substr(at + 1))) return {};
    return contact.mail;
  }

  PrincipalPointer find(std::string_view local, std::string_view domain) const;
  Resolved administrators() const;
  Resolved group(const Principal& group) const;
  Resolved object(const PrincipalPointer& principal) const;
  // `may_catch`: the catch-all of the domain counts; not for the catch-all itself.
  Resolved address(std::string_view address, bool may_catch) const;
  Resolved nobody(std::string_view local, std::string_view domain, bool may_catch) const;
};

// The object of an address, looked for without its +tag when nobody has the whole (RFC 5233, 1).
PrincipalPointer Lookup::find(std::string_view local, std::string_view domain) const {
  const auto look_up = [&](std::string_view name) {
    return copy.find_address(std::string(name) + '@' + std::string(domain));
  };
  if (auto found = look_up(local)) return found;
  const auto plus = local.find('+');
  if (plus == 0 || plus == std::string_view::npos) return nullptr;
  return look_up(local.substr(0, plus));
}

Resolved Lookup::administrators() const {
  Resolved out;
  for (const auto& principal : copy.all())
    if (principal->is_admin && may_receive(*principal)) out.mailboxes.push_back(principal);
  out.verdict = out.mailboxes.empty() ? Verdict::unknown : Verdict::deliver;
  return out;
}

Resolved Lookup::group(const Principal& group) const {
  Resolved out;
  for (auto& member : copy.expand(group.id)) {
    if (member->kind == Kind::contact) {
      if (auto address = outside(*member); !address.empty())
        out.outside.push_back(std::move(address));
    } else if (may_receive(*member)) {
      out.mailboxes.push_back(std::move(member));
    }
  }
  const bool is_empty = out.mailboxes.empty() && out.outside.empty();
  out.verdict = is_empty ? Verdict::empty : Verdict::deliver;
  return out;
}

Resolved Lookup::object(const PrincipalPointer& principal) const {
  Resolved out;
  switch (principal->kind) {
    case Kind::contact:
      out.outside.push_back(outside(*principal));
      if (out.outside.front().empty()) return {};
      out.verdict = Verdict::deliver;
      return out;
    case Kind::group:
      return group(*principal);
    case Kind::person:
    case Kind::room:
      break;
  }
  if (!principal->has_mailbox()) return out;
  out.verdict = may_receive(*principal) ? Verdict::deliver : Verdict::disabled;
  if (out.verdict == Verdict::deliver) out.mailboxes.push_back(principal);
  return out;
}

Resolved Lookup::nobody(std::string_view local, std::string_view domain, bool may_catch) const {
  Resolved out;
  if (domains.is_remote(domain)) {
    out.verdict = Verdict::remote;
    return out;
  }
  if (!is_local(domain)) {
    out.verdict = Verdict::foreign;
    return out;
  }
  // RFC 5321, 4.5.1: postmaster is answered for in every domain mail is taken for; RFC 2142, 4:
  // abuse likewise.
  if (iequals(local, "postmaster") || iequals(local, "abuse")) {
    out = administrators();
    if (out.verdict == Verdict::deliver) return out;
  }
  const auto catcher = may_catch ? domains.catch_all(domain) : std::nullopt;
  if (!catcher) return out;
  out = address(*catcher, false);
  out.is_catch_all = out.verdict == Verdict::deliver;
  if (!out.is_catch_all) return {};
  return out;
}

Resolved Lookup::address(std::string_view address, bool may_catch) const {
  const auto name = domains.canonical(address);
  const auto at = name.rfind('@');
  const auto local = std::string_view(name).substr(0, at);
  Resolved out;
  if (at == std::string::npos) {
    if (iequals(local, "postmaster")) out = administrators();
  } else {
    const auto domain = std::string_view(name).substr(at + 1);
    const auto principal = find(local, domain);
    // A contact's own address elsewhere is an address elsewhere like any other.
    const bool is_ours = principal && (principal->kind != Kind::contact || is_local(domain));
    out = is_ours ? object(principal) : nobody(local, domain, may_catch);
  }
  out.address = name;
  return out;
}

}  // namespace

Resolved resolve(const DirectoryCopy& copy,
                 const Domains& domains,
                 std::string_view address,
                 UtcSeconds now) {
  const Lookup lookup{copy, domains, now.time_since_epoch().count()};
  return lookup.address(address, true);
}

std::string_view name_of(Verdict verdict) noexcept {
  static constexpr std::array<std::string_view, 6> k_names{"deliver",  "unknown", "foreign",
                                                           "disabled", "empty",   "remote"};
  return k_names[static_cast<std::size_t>(verdict)];
}

}  // namespace kontor::delivery
