// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/mailbox_owners.hpp"

#include <algorithm>

#include "base/log/events/store.hpp"
#include "server/app/quota_letter.hpp"
#include "server/imap/flags.hpp"

namespace kontor::app {
namespace {

using directory::PrincipalId;

store::RetentionRule rule_of(const config::RetentionRow& row) {
  store::RetentionRule rule;
  rule.below = row.below;
  rule.days = row.days;
  rule.text = row.text;
  if (row.folder.starts_with('\\'))
    rule.use = imap::special_use_of(row.folder);
  else
    rule.folder = row.folder;
  return rule;
}

std::vector<store::RetentionRule> rules_of(const std::vector<config::RetentionRow>& rows) {
  std::vector<store::RetentionRule> rules;
  for (const auto& row : rows) rules.push_back(rule_of(row));
  return rules;
}

}  // namespace

MailboxOwners::MailboxOwners(const config::Settings& settings, const Clock& clock, log::Context log)
    : settings_(settings), clock_(clock), log_(std::move(log)) {
  const auto& store = settings.store;
  general_.limits = {store.quota, store.quota_messages};
  general_.warning_percent = store.quota_warning_percent;
  general_.undelete_days = store.undelete_days;
  for (const auto& text : store.retention)
    if (const auto row = config::parse_retention(text)) general_.retention.push_back(rule_of(*row));
  for (const auto& text : store.policies) {
    auto row = config::parse_policy(text);
    if (!row) continue;  // kontord --check and the start refuse it
    auto policy = general_;
    policy.limits.bytes = row->quota.value_or(policy.limits.bytes);
    policy.limits.messages = row->messages.value_or(policy.limits.messages);
    policy.undelete_days = row->undelete_days.value_or(policy.undelete_days);
    if (row->retention) policy.retention = rules_of(*row->retention);
    rows_.push_back(*std::move(row));
    policies_.push_back(std::move(policy));
  }
}

void MailboxOwners::set_directory(directory::Directory& directory,
                                  std::function<bool(const std::string& source)> is_sure) {
  is_sure_ = std::move(is_sure);
  directory_ = &directory;
}

// A group that is not there is told once for each copy that lacks it anew.
void MailboxOwners::find_groups(const directory::DirectoryCopy& copy, Known& known) const {
  const auto before = std::move(known.groups);
  known = Known();
  known.generation = copy.generation();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto group = copy.find_address(rows_[i].group);
    const bool found = group && group->kind == directory::Kind::group && !group->sid.empty();
    known.groups.push_back(found ? group->sid : directory::Sid());
    if (!found && (before.empty() || !before[i].empty()))
      log_.emit(log::events::k_policy_without_group, {{log::Keys::address, rows_[i].group}});
  }
}

store::MailboxPolicy MailboxOwners::policy(const store::Binding& owner) const {
  auto* directory = directory_.load();
  if (rows_.empty() || directory == nullptr) return general_;
  const auto copy = directory->current();
  const auto row = known_.with([&](Known& known) {
    if (known.groups.empty() || known.generation != copy->generation()) find_groups(*copy, known);
    const auto [found, fresh] = known.rows.try_emplace(owner, rows_.size());
    if (!fresh) return found->second;
    const auto sids = copy->effective_sids(PrincipalId{owner.source, owner.guid});
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto& group = known.groups[i];
      if (group.empty() || !std::ranges::binary_search(sids, group)) continue;
      found->second = i;
      break;
    }
    return found->second;
  });
  return row == rows_.size() ? general_ : policies_[row];
}

store::Standing MailboxOwners::standing(const store::Binding& owner) const {
  auto* directory = directory_.load();
  if (directory == nullptr) return store::Standing::unknown;
  const auto copy = directory->current();
  if (copy->find(PrincipalId{owner.source, owner.guid})) return store::Standing::here;
  if (copy->generation() == 0 || !is_sure_(owner.source)) return store::Standing::unknown;
  return store::Standing::gone;
}

std::string MailboxOwners::quota_letter(const store::Binding& owner,
                                        const store::Quota& quota) const {
  QuotaLetter letter;
  letter.server = settings_.server.name;
  letter.languages = settings_.queue.notice_languages;
  letter.date = clock_.now();
  letter.quota = quota;
  if (auto* directory = directory_.load())
    if (const auto person = directory->current()->find(PrincipalId{owner.source, owner.guid}))
      letter.address = person->mail;
  return quota_letter_text(letter);
}

}  // namespace kontor::app
