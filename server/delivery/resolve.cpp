// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/resolve.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/delivery/expansion.hpp"
#include "server/delivery/x500.hpp"

namespace kontor::delivery {
namespace {

using directory::DirectoryCopy;
using directory::Kind;

Resolved taken(Expansion expansion, Verdict otherwise) {
  Resolved out;
  out.mailboxes = std::move(expansion.mailboxes);
  out.outside = std::move(expansion.outside);
  out.folders = std::move(expansion.folders);
  out.moderated = std::move(expansion.moderated);
  out.held = std::move(expansion.held);
  const bool is_any =
      !out.mailboxes.empty() || !out.outside.empty() || !out.folders.empty() || !out.held.empty();
  out.verdict = is_any ? Verdict::deliver : otherwise;
  return out;
}

// Of the claimants of an address, those of the first one's source. A contact beside somebody who is
// here stands for the same person.
Principals owners_of(Principals claimants) {
  if (claimants.size() < 2) return claimants;
  const auto first = claimants.front();
  std::erase_if(claimants, [&](const auto& one) {
    return one->rank != first->rank || one->id.source != first->id.source;
  });
  const auto is_contact = [](const auto& one) { return one->kind == Kind::contact; };
  if (!std::ranges::all_of(claimants, is_contact)) std::erase_if(claimants, is_contact);
  return claimants;
}

Resolved administrators(const Lookup& lookup) {
  Resolved out;
  for (const auto& principal : lookup.copy.all())
    if (principal->is_admin && lookup.is_open(*principal)) out.mailboxes.push_back(principal);
  out.verdict = out.mailboxes.empty() ? Verdict::unknown : Verdict::deliver;
  return out;
}

Resolved objects(const Lookup& lookup, Principals owners) {
  Expander expander(lookup);
  auto otherwise = Verdict::unknown;
  for (const auto& owner : owners) {
    expander.add(owner);
    if (owner->kind == Kind::group)
      otherwise = Verdict::empty;
    else if (owner->has_mailbox() && otherwise == Verdict::unknown)
      otherwise = Verdict::disabled;
  }
  auto out = taken(expander.take(), otherwise);
  out.objects = std::move(owners);
  return out;
}

// Mail to the address of folders; those whose owners take no mail are left out.
Resolved to_folders(const Lookup& lookup, std::vector<store::AddressedFolder> folders) {
  Resolved out;
  std::erase_if(folders, [&](const auto& folder) { return !lookup.takes_mail(folder.owner); });
  out.verdict = folders.empty() ? Verdict::disabled : Verdict::deliver;
  out.folders = std::move(folders);
  return out;
}

Resolved resolve_address(const Lookup& lookup, std::string_view address, bool may_catch);

// `may_catch`: the catch-all of the domain counts; not for the catch-all itself.
Resolved nobody(const Lookup& lookup,
                std::string_view local,
                std::string_view domain,
                bool may_catch) {
  Resolved out;
  if (lookup.domains.is_remote(domain)) {
    out.verdict = Verdict::remote;
    return out;
  }
  if (!lookup.is_local(domain)) {
    out.verdict = Verdict::foreign;
    return out;
  }
  // RFC 5321, 4.5.1: postmaster is answered for in every domain mail is taken for; RFC 2142, 4:
  // abuse likewise.
  if (iequals(local, "postmaster") || iequals(local, "abuse")) {
    out = administrators(lookup);
    if (out.verdict == Verdict::deliver) return out;
  }
  const auto catcher = may_catch ? lookup.domains.catch_all(domain) : std::nullopt;
  if (!catcher) return out;
  out = resolve_address(lookup, *catcher, false);
  out.is_catch_all = out.verdict == Verdict::deliver;
  if (!out.is_catch_all) return {};
  return out;
}

Resolved resolve_address(const Lookup& lookup, std::string_view address, bool may_catch) {
  const auto name = lookup.domains.canonical(address);
  const auto at = name.rfind('@');
  const auto local = std::string_view(name).substr(0, at);
  Resolved out;
  if (at == std::string::npos) {
    if (iequals(local, "postmaster")) out = administrators(lookup);
  } else {
    const auto domain = std::string_view(name).substr(at + 1);
    auto found = lookup.find(local, domain);
    const bool is_object = !found.empty() && found.front()->kind != Kind::contact;
    auto folders =
        is_object ? std::vector<store::AddressedFolder>() : lookup.find_folders(local, domain);
    // A contact's own address elsewhere is an address elsewhere like any other.
    const bool is_ours = is_object || (!found.empty() && lookup.is_local(domain));
    if (!folders.empty())
      out = to_folders(lookup, std::move(folders));
    else
      out = is_ours ? objects(lookup, std::move(found)) : nobody(lookup, local, domain, may_catch);
  }
  out.address = name;
  return out;
}

}  // namespace

bool Lookup::is_local(std::string_view domain) const {
  return copy.is_local_domain(domain) || domains.is_local(domain);
}

bool Lookup::is_open(const directory::Principal& principal) const {
  // Nobody signs in to a shared mailbox: that its account is disabled says nothing about its mail.
  return principal.has_mailbox() &&
         (directory::is_shared_mailbox(principal) ||
          DirectoryCopy::state_at(principal, now) == directory::State::enabled);
}

// The objects of an address, looked for without its +tag when nobody has the whole (RFC 5233, 1).
Principals Lookup::find(std::string_view local, std::string_view domain) const {
  const auto look_up = [&](std::string_view name) {
    return owners_of(copy.find_claimants(std::string(name) + '@' + std::string(domain)));
  };
  if (auto found = look_up(local); !found.empty()) return found;
  if (const auto x500 = decode_imcea(local); x500 && is_local(domain)) {
    const auto owner = copy.find_x500(*x500);
    return owner ? Principals{owner} : Principals();
  }
  const auto plus = local.find('+');
  if (plus == 0 || plus == std::string_view::npos) return {};
  return look_up(local.substr(0, plus));
}

std::vector<store::AddressedFolder> Lookup::find_folders(std::string_view local,
                                                         std::string_view domain) const {
  if (folders == nullptr || local.empty() || !is_local(domain)) return {};
  const auto look_up = [&](std::string_view name) {
    return folders->addressed(directory::fold_name(std::string(name) + '@' + std::string(domain)));
  };
  if (auto found = look_up(local); !found.empty()) return found;
  const auto plus = local.find('+');
  if (plus == 0 || plus == std::string_view::npos) return {};
  return look_up(local.substr(0, plus));
}

bool Lookup::takes_mail(const store::Binding& owner) const {
  if (owner == directory::public_folders_owner<store::Binding>()) return true;
  const auto principal = copy.find({owner.source, owner.guid});
  return principal && principal->has_mailbox() &&
         (is_open(*principal) || disabled.what != DisabledMail::What::refuse);
}

DisabledMail disabled_mail(const config::Directory& settings) {
  using What = DisabledMail::What;
  DisabledMail out;
  out.what = settings.disabled_mail == "refuse"    ? What::refuse
             : settings.disabled_mail == "forward" ? What::forward
                                                   : What::keep;
  out.address = settings.disabled_forward;
  return out;
}

Resolved resolve(const DirectoryCopy& copy,
                 const Domains& domains,
                 std::string_view address,
                 UtcSeconds now,
                 const DisabledMail& disabled,
                 const store::Shares* folders,
                 const ModeratedGroups* moderated) {
  const Lookup lookup{copy, domains, now.time_since_epoch().count(), disabled, folders, moderated};
  return resolve_address(lookup, address, true);
}

Resolved resolve_objects(const DirectoryCopy& copy,
                         const Domains& domains,
                         Principals owners,
                         UtcSeconds now,
                         const DisabledMail& disabled,
                         const store::Shares* folders,
                         const ModeratedGroups* moderated) {
  const Lookup lookup{copy, domains, now.time_since_epoch().count(), disabled, folders, moderated};
  return objects(lookup, std::move(owners));
}

std::string_view name_of(Verdict verdict) noexcept {
  static constexpr std::array<std::string_view, 6> k_names{"deliver",  "unknown", "foreign",
                                                           "disabled", "empty",   "remote"};
  return k_names[static_cast<std::size_t>(verdict)];
}

}  // namespace kontor::delivery
