// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/index.hpp"

#include <algorithm>
#include <iterator>

namespace kontor::directory {
namespace {

using Claims = std::vector<PrincipalId>;

// Every key a person may sign in with: 'u' an explicit principal name, which counts before 'n',
// name@domain for the DNS and the NetBIOS name; 's' the short name alone.
std::vector<std::string> login_keys(const Principal& principal) {
  std::vector<std::string> keys;
  if (principal.kind != Kind::person) return keys;
  if (!principal.principal_name.empty()) keys.push_back("u" + fold_name(principal.principal_name));
  if (principal.account_name.empty()) return keys;
  const std::string name = fold_name(principal.account_name);
  keys.push_back("s" + name);
  if (!principal.domain.empty()) keys.push_back("n" + name + "@" + fold_name(principal.domain));
  if (!principal.netbios_domain.empty())
    keys.push_back("n" + name + "@" + fold_name(principal.netbios_domain));
  return keys;
}

std::string domain_of(const std::string& address) { return address.substr(address.rfind('@') + 1); }

// Calls `dropped` and `added` for what is only in one of two sorted lists.
template <class Dropped, class Added>
void compare_lists(const Claims& before,
                   const Claims& after,
                   const Dropped& dropped,
                   const Added& added) {
  Claims only;
  std::ranges::set_difference(before, after, std::back_inserter(only));
  std::ranges::for_each(only, dropped);
  only.clear();
  std::ranges::set_difference(after, before, std::back_inserter(only));
  std::ranges::for_each(only, added);
}

template <class Edges>
void drop_edge(Edges& edges, const PrincipalId& from, const PrincipalId& to) {
  auto& targets = edges.edit(from);
  targets.erase(to);
  if (targets.empty()) edges.erase(from);
}

}  // namespace

DirectoryCopy::Index::Index(const Index& other)
    : generation(other.generation),
      principals(other.principals),
      addresses(other.addresses),
      logins(other.logins),
      x500(other.x500),
      sids(other.sids),
      old_sids(other.old_sids),
      domains(other.domains),
      contested(other.contested),
      contested_logins(other.contested_logins),
      left_out(other.left_out),
      groups_of(other.groups_of),
      named_by(other.named_by) {}

void DirectoryCopy::Index::put(Principal principal) {
  const std::string oddity = normalise(principal);
  const PrincipalId id = principal.id;
  const Entry before = find(id);
  if (before && *before == principal && oddity.empty() == (left_out.find(id) == nullptr)) return;
  const auto after = std::make_shared<const Principal>(std::move(principal));
  if (before) unlink_names(*before);
  link_names(*after);
  relink(before.get(), after.get());
  principals.set(id, after);
  left_out.erase(id);
  if (!oddity.empty()) left_out.set(id, oddity);
}

void DirectoryCopy::Index::remove(const PrincipalId& id) {
  const Entry before = find(id);
  if (!before) return;
  unlink_names(*before);
  relink(before.get(), nullptr);
  principals.erase(before->id);
  left_out.erase(before->id);
}

// The principal itself need not be among principals yet; the other claimants are.
void DirectoryCopy::Index::add_claim(Claims& claims, const Principal& principal) const {
  if (std::ranges::find(claims, principal.id) != claims.end()) return;
  const auto is_before = [&](const PrincipalId& other) {
    const Entry entry = find(other);
    const std::uint8_t rank = entry ? entry->rank : 0;
    return rank < principal.rank || (rank == principal.rank && other < principal.id);
  };
  claims.insert(std::ranges::find_if_not(claims, is_before), principal.id);
}

void DirectoryCopy::Index::link_names(const Principal& principal) {
  for (const auto& address : principal.addresses) claim_address(address, principal);
  for (const auto& key : login_keys(principal)) {
    auto& claims = logins.edit(key);
    add_claim(claims, principal);
    if (claims.size() > 1 && !key.starts_with('s')) contested_logins.set(key, 1);
  }
  for (const auto& name : principal.mail_rules.x500) add_claim(x500.edit(name), principal);
  if (!principal.sid.empty()) sids.set(principal.sid, principal.id);
  for (const auto& sid : principal.sid_history) ++old_sids.edit(sid);
}

void DirectoryCopy::Index::unlink_names(const Principal& principal) {
  for (const auto& address : principal.addresses) release_address(address, principal);
  for (const auto& key : login_keys(principal)) {
    auto& claims = logins.edit(key);
    std::erase(claims, principal.id);
    if (claims.size() < 2) contested_logins.erase(key);
    if (claims.empty()) logins.erase(key);
  }
  for (const auto& name : principal.mail_rules.x500) {
    auto& claims = x500.edit(name);
    std::erase(claims, principal.id);
    if (claims.empty()) x500.erase(name);
  }
  const PrincipalId* holder = sids.find(principal.sid);
  if (holder != nullptr && *holder == principal.id) sids.erase(principal.sid);
  for (const auto& sid : principal.sid_history)
    if (--old_sids.edit(sid) == 0) old_sids.erase(sid);
}

void DirectoryCopy::Index::claim_address(const std::string& address, const Principal& principal) {
  auto& claims = addresses.edit(address);
  add_claim(claims, principal);
  if (claims.size() > 1) contested.set(address, 1);
  if (principal.kind != Kind::contact) ++domains.edit(domain_of(address));
}

void DirectoryCopy::Index::release_address(const std::string& address, const Principal& principal) {
  auto& claims = addresses.edit(address);
  std::erase(claims, principal.id);
  if (claims.size() < 2) contested.erase(address);
  if (claims.empty()) addresses.erase(address);
  if (principal.kind == Kind::contact) return;
  const std::string domain = domain_of(address);
  if (--domains.edit(domain) == 0) domains.erase(domain);
}

void DirectoryCopy::Index::relink(const Principal* before, const Principal* after) {
  const Principal none;
  const PrincipalId id = before != nullptr ? before->id : after->id;
  const Principal& old_one = before != nullptr ? *before : none;
  const Principal& new_one = after != nullptr ? *after : none;
  compare_lists(
      old_one.members, new_one.members,
      [&](const PrincipalId& member) { drop_edge(groups_of, member, id); },
      [&](const PrincipalId& member) { groups_of.edit(member).set(id, 1); });
  compare_lists(
      old_one.member_of, new_one.member_of,
      [&](const PrincipalId& group) { drop_edge(named_by, group, id); },
      [&](const PrincipalId& group) { named_by.edit(group).set(id, 1); });
}

DirectoryCopy::Index::Entry DirectoryCopy::Index::find(const PrincipalId& id) const {
  const Entry* entry = principals.find(id);
  return entry != nullptr ? *entry : nullptr;
}

const Claims* DirectoryCopy::Index::find_login(char kind, std::string_view key) const {
  return logins.find(kind + std::string(key));
}

DirectoryCopy::Index::Entry DirectoryCopy::Index::owner_of(const Claims* claims) const {
  if (claims == nullptr || claims->empty()) return nullptr;
  Entry first = find(claims->front());
  if (claims->size() == 1) return first;
  const Entry second = find((*claims)[1]);
  return first && second && first->rank < second->rank ? first : nullptr;
}

std::string DirectoryCopy::Index::label_of(const PrincipalId& id) const {
  const Entry entry = find(id);
  return entry->name + " (" + (entry->dn.empty() ? id.text() : entry->dn) + ")";
}

const std::vector<DirectoryCopy::Index::Entry>& DirectoryCopy::Index::sorted() const {
  std::call_once(sorted_once_, [this] {
    sorted_.reserve(principals.size());
    principals.for_each([this](const PrincipalId&, const Entry& e) { sorted_.push_back(e); });
    std::ranges::sort(sorted_, {},
                      [](const Entry& entry) -> const PrincipalId& { return entry->id; });
  });
  return sorted_;
}

const std::vector<std::string>& DirectoryCopy::Index::problem_list() const {
  std::call_once(problems_once_, [this] {
    contested.for_each([&](const std::string& address, char) {
      const Claims& claims = *addresses.find(address);
      std::string text = address + " belongs to " + label_of(claims.front()) + ", not to";
      for (std::size_t i = 1; i < claims.size() && i < 4; ++i)
        text += (i > 1 ? ", " : " ") + label_of(claims[i]);
      if (claims.size() > 4) text += " and " + std::to_string(claims.size() - 4) + " more";
      problems_.push_back(std::move(text));
    });
    contested_logins.for_each([&](const std::string& key, char) {
      const Claims& claims = *logins.find(key);
      const Entry owner = owner_of(&claims);
      problems_.push_back("the sign-in name " + key.substr(1) + " of " + label_of(claims[0]) +
                          " and " + label_of(claims[1]) + " is " +
                          (owner ? "the first one's" : "refused: nobody can tell them apart"));
    });
    left_out.for_each([&](const PrincipalId& id, const std::string& what) {
      problems_.push_back(label_of(id) + ": " + what);
    });
    std::ranges::sort(problems_);
    const auto [first, last] = std::ranges::unique(problems_);
    problems_.erase(first, last);
  });
  return problems_;
}

}  // namespace kontor::directory
