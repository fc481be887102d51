// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/mailbox_owners.hpp"

#include "server/app/quota_letter.hpp"
#include "server/imap/flags.hpp"
#include "server/quarantine/keeper.hpp"

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

// What the directory says of the size of one mailbox (mDB*Quota*), over what holds for everybody.
store::MailboxPolicy with_directory_quota(const directory::DirectoryCopy& copy,
                                          const store::Binding& owner,
                                          store::MailboxPolicy policy) {
  const auto person = copy.find(PrincipalId{owner.source, owner.guid});
  if (!person) return policy;
  const auto& rules = person->mail_rules;
  policy.limits.bytes = rules.quota_receive.value_or(policy.limits.bytes);
  policy.warning_bytes = rules.quota_warning.value_or(0);
  policy.send_bytes = rules.quota_send.value_or(0);
  return policy;
}

}  // namespace

MailboxOwners::MailboxOwners(const config::Settings& settings,
                             const policy::Policies& policies,
                             const Clock& clock)
    : settings_(settings), policies_(policies), clock_(clock) {
  const auto& store = settings.store;
  general_.limits = {store.quota, store.quota_messages};
  general_.warning_percent = store.quota_warning_percent;
  general_.undelete_days = store.undelete_days;
  for (const auto& text : store.retention)
    if (const auto row = config::parse_retention(text)) general_.retention.push_back(rule_of(*row));
}

void MailboxOwners::set_directory(directory::Directory& directory,
                                  std::function<bool(const std::string& source)> is_sure) {
  is_sure_ = std::move(is_sure);
  directory_ = &directory;
}

store::MailboxPolicy MailboxOwners::policy(const store::Binding& owner) const {
  if (owner == quarantine::owner()) return quarantine::policy_of(settings_.quarantine);
  auto policy = general_;
  const auto values = policies_.of(PrincipalId{owner.source, owner.guid});
  if (auto* directory = directory_.load(); directory != nullptr && !values->quota)
    policy = with_directory_quota(*directory->current(), owner, std::move(policy));
  policy.limits.bytes = values->quota.value_or(policy.limits.bytes);
  policy.limits.messages = values->messages.value_or(policy.limits.messages);
  policy.undelete_days = values->undelete_days.value_or(policy.undelete_days);
  if (values->retention) policy.retention = rules_of(*values->retention);
  return policy;
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
  // Where nothing is refused, the letter speaks of what sending ends at, or of its own reason.
  const auto policy = this->policy(owner);
  auto& limit = letter.quota.limits.bytes;
  if (limit == 0) limit = policy.send_bytes != 0 ? policy.send_bytes : policy.warning_bytes;
  if (auto* directory = directory_.load())
    if (const auto person = directory->current()->find(PrincipalId{owner.source, owner.guid}))
      letter.address = person->mail;
  return quota_letter_text(letter);
}

}  // namespace kontor::app
