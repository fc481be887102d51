// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/senders.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::delivery {

using directory::DirectoryCopy;
using directory::Kind;
using directory::Principal;
using directory::PrincipalId;
using directory::Sid;

bool names(const DirectoryCopy& copy,
           const PrincipalId& id,
           const PrincipalId& person,
           const std::vector<Sid>& sids) {
  if (person == id) return true;
  const auto listed = copy.find(id);
  return listed && listed->kind == Kind::group && !listed->sid.empty() &&
         std::ranges::binary_search(sids, listed->sid);
}

// One sender, as far as one copy knows him.
struct Senders::Question {
  const DirectoryCopy& copy;
  std::string address;                      // under its domain's true name, folded
  std::shared_ptr<const Principal> person;  // nullptr: nobody of the directory
  std::vector<Sid> sids;                    // of his groups
  bool is_known = false;                    // it is certain that it is he

  bool is(const PrincipalId& id) const { return person && names(copy, id, person->id, sids); }
  bool is_among(const std::vector<PrincipalId>& ids) const {
    return std::ranges::any_of(ids, [this](const auto& id) { return is(id); });
  }
  // "name@domain" or "@domain".
  bool is_named(const std::string& text) const {
    if (text.starts_with('@')) return address.ends_with(text);
    if (address == text) return true;
    const auto listed = copy.find_address(text);
    return listed && is(listed->id);
  }
};

Senders::Senders(const std::vector<std::string>& rows, const Domains& domains) : domains_(domains) {
  for (const auto& row : rows)
    if (auto rule = config::parse_group_rule(row))
      rules_.insert_or_assign(directory::fold_name(rule->group), std::move(*rule));
}

const config::GroupRule* Senders::rule_of(const Principal& group) const {
  if (group.kind != Kind::group) return nullptr;
  for (const auto& address : group.addresses)
    if (const auto found = rules_.find(address); found != rules_.end()) return &found->second;
  return nullptr;
}

Admission Senders::check(const DirectoryCopy& copy,
                         const Principal& target,
                         const Sender& sender) const {
  const auto* rule = rule_of(target);
  const auto& rules = target.mail_rules;
  Question asked{copy, directory::fold_name(domains_.canonical(sender.address)), {}, {}, false};
  asked.person = sender.person ? copy.find(*sender.person) : copy.find_address(asked.address);
  asked.is_known = sender.person.has_value() || (sender.is_trusted && asked.person);
  if (asked.person) asked.sids = copy.effective_sids(asked.person->id);
  if (asked.is_among(rules.refused_senders)) return Admission::refused;
  const bool is_owner = rule != nullptr && !rule->owner.empty()
                            ? asked.is_named(rule->owner)
                            : rules.owner && asked.is(*rules.owner);
  if (is_owner && asked.is_known && target.kind == Kind::group) return Admission::allowed;
  if (sender.address.empty() && !asked.is_known && target.kind != Kind::group)
    return Admission::allowed;
  if ((rules.signed_in_only || (rule != nullptr && rule->is_internal)) && !asked.is_known)
    return Admission::must_sign_in;
  const bool by_rule = rule != nullptr && !rule->senders.empty();
  if (!by_rule && rules.allowed_senders.empty()) return Admission::allowed;
  const bool is_listed =
      by_rule ? std::ranges::any_of(rule->senders,
                                    [&](const auto& text) { return asked.is_named(text); })
              : asked.is_among(rules.allowed_senders);
  if (!is_listed) return Admission::not_listed;
  const bool is_elsewhere =
      asked.person ? asked.person->kind == Kind::contact
                   : !copy.is_local_domain(asked.address.substr(asked.address.rfind('@') + 1));
  return asked.is_known || is_elsewhere ? Admission::allowed : Admission::must_sign_in;
}

std::string_view name_of(Admission admission) noexcept {
  static constexpr std::array<std::string_view, 4> k_names{"allowed", "refused", "not_listed",
                                                           "must_sign_in"};
  return k_names[static_cast<std::size_t>(admission)];
}

}  // namespace kontor::delivery
