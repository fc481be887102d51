// SPDX-License-Identifier: GPL-3.0-or-later
// What can be asked of a copy; how it is indexed stands in index.cpp.
#include <algorithm>

#include "directory/model/index.hpp"
#include "directory/model/sid.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {
namespace {

// Everything reachable from `start` over next(id, add), `start` included; loops are harmless.
template <class Next>
std::vector<PrincipalId> closure(const PrincipalId& start, const Next& next) {
  std::vector<PrincipalId> reached{start};
  PersistentMap<PrincipalId, char, IdHash> seen;
  seen.set(start, 1);
  const auto add = [&](const PrincipalId& id) {
    if (seen.find(id) != nullptr) return;
    seen.set(id, 1);
    reached.push_back(id);
  };
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const PrincipalId current = reached[i];  // a copy: add() moves the list
    next(current, add);
  }
  return reached;
}

template <class Edges, class Add>
void add_edges(const Edges& edges, const PrincipalId& from, const Add& add) {
  if (const auto* targets = edges.find(from); targets != nullptr)
    targets->for_each([&](const PrincipalId& id, char) { add(id); });
}

}  // namespace

DirectoryCopy::DirectoryCopy(std::vector<Principal> principals, std::uint64_t generation) {
  auto index = std::make_unique<Index>();
  index->generation = generation;
  for (auto& principal : principals) index->put(std::move(principal));
  index_ = std::move(index);
}

DirectoryCopy::DirectoryCopy(std::unique_ptr<const Index> index) : index_(std::move(index)) {}

DirectoryCopy::~DirectoryCopy() = default;

std::shared_ptr<const DirectoryCopy> DirectoryCopy::with(Changes changes,
                                                         std::uint64_t generation) const {
  auto index = std::make_unique<Index>(*index_);
  index->generation = generation;
  if (changes.is_complete) {
    PersistentMap<PrincipalId, char, IdHash> kept;
    for (const auto& principal : changes.upserts) kept.set(principal.id, 1);
    index_->principals.for_each([&](const PrincipalId& id, const Index::Entry&) {
      if (kept.find(id) == nullptr) changes.removals.push_back(id);
    });
  }
  for (const auto& id : changes.removals) index->remove(id);
  for (auto& principal : changes.upserts) index->put(std::move(principal));
  return std::shared_ptr<const DirectoryCopy>(new DirectoryCopy(std::move(index)));
}

CopyDifference DirectoryCopy::difference_from(const DirectoryCopy& before) const {
  CopyDifference out;
  const auto note = [&](const PrincipalId& id, const Index::Entry* old_one,
                        const Index::Entry* new_one) {
    if (old_one == nullptr)
      out.added.push_back(id);
    else if (new_one == nullptr)
      out.removed.push_back(id);
    else if (*old_one != *new_one && **old_one != **new_one)
      out.changed.push_back(id);
  };
  decltype(index_->principals)::for_each_difference(before.index_->principals, index_->principals,
                                                    note);
  std::ranges::sort(out.added);
  std::ranges::sort(out.changed);
  std::ranges::sort(out.removed);
  return out;
}

std::uint64_t DirectoryCopy::generation() const noexcept { return index_->generation; }

std::size_t DirectoryCopy::size() const noexcept { return index_->principals.size(); }

const std::vector<std::shared_ptr<const Principal>>& DirectoryCopy::all() const noexcept {
  return index_->sorted();
}

const std::vector<std::string>& DirectoryCopy::problems() const noexcept {
  return index_->problem_list();
}

std::shared_ptr<const Principal> DirectoryCopy::find(const PrincipalId& id) const {
  return index_->find(id);
}

std::shared_ptr<const Principal> DirectoryCopy::find_sid(std::string_view sid) const {
  const PrincipalId* id = index_->sids.find(sid);
  return id != nullptr ? index_->find(*id) : nullptr;
}

bool DirectoryCopy::knows_sid(std::string_view sid) const {
  return index_->sids.find(sid) != nullptr || index_->old_sids.find(sid) != nullptr;
}

std::shared_ptr<const Principal> DirectoryCopy::find_address(std::string_view address) const {
  const auto* claims = index_->addresses.find(fold_name(address));
  return claims != nullptr ? index_->find(claims->front()) : nullptr;
}

std::vector<std::shared_ptr<const Principal>> DirectoryCopy::find_claimants(
    std::string_view address) const {
  std::vector<std::shared_ptr<const Principal>> all;
  if (const auto* claims = index_->addresses.find(fold_name(address)); claims != nullptr)
    for (const auto& id : *claims)
      if (auto one = index_->find(id)) all.push_back(std::move(one));
  return all;
}

std::shared_ptr<const Principal> DirectoryCopy::find_x500(std::string_view address) const {
  const auto* claims = index_->x500.find(fold_name(address));
  return claims != nullptr && claims->size() == 1 ? index_->find(claims->front()) : nullptr;
}

std::shared_ptr<const Principal> DirectoryCopy::find_login(std::string_view login,
                                                           std::string_view default_domain) const {
  const std::string name = fold_name(login);
  const auto only = [this](const Index::Claims* claims) { return index_->owner_of(claims); };
  if (const auto slash = name.find('\\'); slash != std::string::npos)
    return only(index_->find_login('n', name.substr(slash + 1) + "@" + name.substr(0, slash)));
  if (name.find('@') == std::string::npos) {
    if (default_domain.empty()) return only(index_->find_login('s', name));
    return only(index_->find_login('n', name + "@" + fold_name(default_domain)));
  }
  if (const auto* claims = index_->find_login('u', name); claims != nullptr) return only(claims);
  if (const auto* claims = index_->find_login('n', name); claims != nullptr) return only(claims);
  const auto* claims = index_->addresses.find(name);
  const auto owner = only(claims);
  return owner && owner->kind == Kind::person ? owner : nullptr;
}

std::vector<std::shared_ptr<const Principal>> DirectoryCopy::expand(const PrincipalId& group,
                                                                    bool with_disabled) const {
  auto ids = closure(group, [this](const PrincipalId& id, const auto& add) {
    const auto principal = index_->find(id);
    if (!principal || principal->kind != Kind::group) return;
    for (const auto& member : principal->members) {
      const auto* known = is_sid_alone(member) ? index_->sids.find(member.source) : &member;
      if (known != nullptr) add(*known);
    }
    add_edges(index_->named_by, id, add);
  });
  std::ranges::sort(ids);
  std::vector<std::shared_ptr<const Principal>> people;
  for (const auto& id : ids) {
    auto principal = index_->find(id);
    if (principal && principal->kind != Kind::group && !principal->mail.empty() &&
        (with_disabled || principal->state != State::disabled))
      people.push_back(std::move(principal));
  }
  return people;
}

std::vector<Sid> DirectoryCopy::effective_sids(const PrincipalId& id) const {
  const auto ids = closure(id, [this](const PrincipalId& member, const auto& add) {
    add_edges(index_->groups_of, member, add);
    const auto principal = index_->find(member);
    if (!principal) return;
    std::ranges::for_each(principal->member_of, add);
    // Groups of other forests name him by his SID.
    if (!principal->sid.empty()) add_edges(index_->groups_of, id_of_sid(principal->sid), add);
  });
  std::vector<Sid> sids;
  for (const auto& reached : ids) {
    const auto principal = index_->find(reached);
    if (!principal) continue;
    if (!principal->sid.empty()) sids.push_back(principal->sid);
    sids.insert(sids.end(), principal->sid_history.begin(), principal->sid_history.end());
  }
  std::ranges::sort(sids);
  const auto [first, last] = std::ranges::unique(sids);
  sids.erase(first, last);
  return sids;
}

bool DirectoryCopy::is_local_domain(std::string_view domain) const {
  return index_->domains.find(fold_name(domain)) != nullptr;
}

}  // namespace kontor::directory
