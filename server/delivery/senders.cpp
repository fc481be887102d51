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
  // Whoever has a mailbox here is believed only when it is certain that it is he.
  bool is_believed() const {
    if (is_known) return true;
    return person ? person->kind == Kind::contact
                  : !copy.is_local_domain(address.substr(address.rfind('@') + 1));
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

Senders::Question Senders::question(const DirectoryCopy& copy, const Sender& sender) const {
  Question asked{copy, directory::fold_name(domains_.canonical(sender.address)), {}, {}, false};
  asked.person = sender.person ? copy.find(*sender.person) : copy.find_address(asked.address);
  asked.is_known = sender.person.has_value() || (sender.is_trusted && asked.person);
  if (asked.person) asked.sids = copy.effective_sids(asked.person->id);
  return asked;
}

Admission Senders::check(const DirectoryCopy& copy,
                         const Principal& target,
                         const Sender& sender) const {
  const auto* rule = rule_of(target);
  const auto& rules = target.mail_rules;
  const auto asked = question(copy, sender);
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
  return asked.is_believed() ? Admission::allowed : Admission::must_sign_in;
}

bool Senders::is_moderated(const Principal& group) const {
  if (group.kind != Kind::group) return false;
  const auto* rule = rule_of(group);
  return group.mail_rules.is_moderated || (rule != nullptr && rule->is_moderated);
}

std::vector<std::shared_ptr<const Principal>> Senders::moderators_of(const DirectoryCopy& copy,
                                                                     const Principal& group) const {
  std::vector<std::shared_ptr<const Principal>> out;
  const auto add_person = [&](std::shared_ptr<const Principal> person) {
    const auto same = [&](const auto& one) { return one->id == person->id; };
    if (person->has_mailbox() && person->state == directory::State::enabled &&
        std::ranges::none_of(out, same))
      out.push_back(std::move(person));
  };
  const auto add = [&](const std::shared_ptr<const Principal>& named) {
    if (!named) return;
    if (named->kind != Kind::group) return add_person(named);
    for (auto& member : copy.expand(named->id)) add_person(std::move(member));
  };
  const auto* rule = rule_of(group);
  const bool has_rule = rule != nullptr && rule->is_moderated;
  if (has_rule)
    for (const auto& address : rule->moderators) add(copy.find_address(address));
  if (!has_rule || rule->moderators.empty())
    for (const auto& id : group.mail_rules.moderators) add(copy.find(id));
  if (!out.empty()) return out;
  if (rule != nullptr && !rule->owner.empty())
    add(copy.find_address(rule->owner));
  else if (group.mail_rules.owner)
    add(copy.find(*group.mail_rules.owner));
  return out;
}

bool Senders::passes_unasked(const DirectoryCopy& copy,
                             const Principal& group,
                             const Sender& sender) const {
  const auto asked = question(copy, sender);
  const auto is_he = [&](const auto& one) { return asked.person && one->id == asked.person->id; };
  if (asked.is_known && std::ranges::any_of(moderators_of(copy, group), is_he)) return true;
  const auto* rule = rule_of(group);
  const bool is_listed =
      asked.is_among(group.mail_rules.past_moderation) ||
      (rule != nullptr && std::ranges::any_of(rule->unmoderated, [&](const auto& text) {
         return asked.is_named(text);
       }));
  return is_listed && asked.is_believed();
}

std::string_view name_of(Admission admission) noexcept {
  static constexpr std::array<std::string_view, 4> k_names{"allowed", "refused", "not_listed",
                                                           "must_sign_in"};
  return k_names[static_cast<std::size_t>(admission)];
}

}  // namespace kontor::delivery
