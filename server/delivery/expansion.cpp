// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/expansion.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/delivery/resolve.hpp"

namespace kontor::delivery {
namespace {

using directory::Kind;
using What = DisabledMail::What;

constexpr std::size_t k_longest_path = 50;  // of people who forward to each other

}  // namespace

bool Expander::add(const Pointer& principal) {
  const auto& id = principal->id;
  if (path_.contains(id)) {
    circles_.insert(id);
    return false;
  }
  if (const auto done = done_.find(id); done != done_.end()) return done->second;
  if (path_.size() >= k_longest_path) return false;
  path_.insert(id);
  const bool is_taken = expand(principal);
  path_.erase(id);
  done_[id] = is_taken;
  return is_taken;
}

bool Expander::expand(const Pointer& principal) {
  switch (principal->kind) {
    case Kind::group:
      return expand_group(principal);
    case Kind::contact:
      break;
    case Kind::person:
    case Kind::room:
      return expand_mailbox(principal);
  }
  const auto& target = principal->mail_rules.target_address;
  if (!target.empty() && add_address(target)) return true;
  // A contact's address that is here would come back to him.
  const auto address = lookup_.domains.canonical(principal->mail);
  const auto at = address.rfind('@');
  if (at == std::string::npos) return false;
  if (lookup_.is_local(std::string_view(address).substr(at + 1))) return add_folders(address);
  return add_outside(principal->mail);
}

// Where a group in this one is moderated the groups in it count each by itself; else its people do.
bool Expander::expand_group(const Pointer& group) {
  bool is_any = false;
  const auto* moderated = lookup_.moderated;
  const bool is_moderated =
      moderated != nullptr &&
      std::ranges::any_of(moderated->all, [&](const auto& one) { return one->id == group->id; });
  auto passing = Passing::passes;
  if (is_moderated) {
    out_.moderated.push_back(group);
    passing = is_passing_ ? Passing::passes : moderated->passing(*group);
  }
  if (passing == Passing::held) {
    out_.held.push_back(group);
    return true;
  }
  if (!has_moderated_within(*group)) {
    for (const auto& member : lookup_.copy.expand(group->id, true)) is_any |= add(member);
    return is_any;
  }
  const bool before = is_passing_;
  is_passing_ = before || passing == Passing::passes_within;
  for (const auto& id : direct_members(*group)) is_any |= add_id(id);
  is_passing_ = before;
  return is_any;
}

bool Expander::has_moderated_within(const directory::Principal& group) const {
  if (lookup_.moderated == nullptr || group.sid.empty()) return false;
  return std::ranges::any_of(lookup_.moderated->all, [&](const auto& one) {
    if (one->id == group.id) return false;
    const auto sids = lookup_.copy.effective_sids(one->id);
    return std::ranges::binary_search(sids, group.sid);
  });
}

// As the copy expands a group, one level: those it names, and those who name it. Looks at
// everybody, which few messages need.
std::vector<directory::PrincipalId> Expander::direct_members(
    const directory::Principal& group) const {
  std::vector<directory::PrincipalId> out;
  for (const auto& member : group.members) {
    if (lookup_.copy.find(member)) out.push_back(member);
    // Of another domain of the forest: known by its SID alone.
    else if (const auto known = lookup_.copy.find_sid(member.source))
      out.push_back(known->id);
  }
  for (const auto& one : lookup_.copy.all())
    if (std::ranges::binary_search(one->member_of, group.id)) out.push_back(one->id);
  return out;
}

bool Expander::expand_mailbox(const Pointer& person) {
  const auto& rules = person->mail_rules;
  const bool is_open = lookup_.is_open(*person);
  bool is_forwarded = forward(*person);
  const bool has_copy = is_forwarded && rules.deliver_and_redirect && rules.target_address.empty();
  if (!is_forwarded && !is_open) is_forwarded = forward_disabled(*person);
  const bool is_own = !is_forwarded || has_copy || circles_.contains(person->id);
  const bool may_keep = is_open || lookup_.disabled.what != What::refuse;
  if (!is_own || !may_keep || !person->has_mailbox()) return is_forwarded;
  out_.mailboxes.push_back(person);
  return true;
}

// Forwarding that stands in the directory.
bool Expander::forward(const directory::Principal& from) {
  const auto& rules = from.mail_rules;
  if (!rules.target_address.empty()) return add_address(rules.target_address);
  return rules.alternate && add_id(*rules.alternate);
}

bool Expander::forward_disabled(const directory::Principal& from) {
  const auto& disabled = lookup_.disabled;
  if (disabled.what != What::forward || !from.has_mailbox()) return false;
  if (!disabled.address.empty()) return add_address(disabled.address);
  return from.mail_rules.owner && add_id(*from.mail_rules.owner);
}

bool Expander::add_id(const directory::PrincipalId& id) {
  const auto principal = lookup_.copy.find(id);
  return principal && add(principal);
}

bool Expander::add_address(const std::string& address) {
  const auto name = lookup_.domains.canonical(address);
  const auto at = name.rfind('@');
  if (at == std::string::npos || at == 0) return false;
  const auto domain = std::string_view(name).substr(at + 1);
  bool is_any = false;
  const auto owners = lookup_.find(std::string_view(name).substr(0, at), domain);
  for (const auto& owner : owners)
    if (owner->kind != Kind::contact || lookup_.is_local(domain)) is_any |= add(owner);
  if (owners.empty()) is_any = add_folders(name);
  if (is_any || (lookup_.is_local(domain) && !lookup_.domains.is_remote(domain))) return is_any;
  // Somebody of ours was found, and his mail ends nowhere.
  if (!owners.empty() && owners.front()->kind != Kind::contact) return false;
  return add_outside(name);
}

bool Expander::add_folders(std::string_view address) {
  const auto at = address.rfind('@');
  bool is_any = false;
  for (auto& folder : lookup_.find_folders(address.substr(0, at), address.substr(at + 1))) {
    if (!lookup_.takes_mail(folder.owner)) continue;
    is_any = true;
    const auto same = [&](const auto& one) {
      return one.account == folder.account && one.folder == folder.folder;
    };
    if (std::ranges::none_of(out_.folders, same)) out_.folders.push_back(std::move(folder));
  }
  return is_any;
}

bool Expander::add_outside(std::string address) {
  if (outside_.insert(to_lower(address)).second) out_.outside.push_back(std::move(address));
  return true;
}

}  // namespace kontor::delivery
