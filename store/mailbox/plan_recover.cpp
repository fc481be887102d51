// SPDX-License-Identifier: GPL-3.0-or-later
// Bringing back what was expunged, and the end of that.
#include "store/mailbox/names.hpp"
#include "store/mailbox/plan.hpp"

namespace kontor::store {

Result<Planned<Copied>> plan_restore(const AccountState& tip,
                                     FolderId expunged,
                                     std::vector<Uid> uids,
                                     const Limits& defaults,
                                     UtcSeconds now) {
  const auto original = original_of(expunged);
  const auto* folder = tip.find(original);
  if (folder == nullptr) return fail(Errc::not_found, "the folder is gone");
  if (folder->removed)
    return fail(Errc::conflict, "the folder itself was deleted: bring it back first");
  const Transfer back{expunged, original, true, defaults};
  if (folder->info.folder_class != FolderClass::mail)
    return plan_restore_objects(tip, back, std::move(uids), now);
  return plan_transfer(tip, back, std::move(uids), now);
}

Result<Planned<Purged>> plan_purge(const AccountState& tip, UtcSeconds before) {
  Planned<Purged> plan;
  const auto limit = before.time_since_epoch().count();
  const auto count_bytes = [&](ItemId item) {
    const auto* row = tip.items.find_key(item);
    if (row != nullptr) plan.answer.bytes += row->size;
  };
  for (const auto& folder : tip.folders) {
    PurgeFrame frame;
    frame.folder = folder->info.id;
    if (folder->removed) {
      if (folder->removed_date >= limit) continue;
      frame.whole_folder = true;
      ++plan.answer.folders;
    } else if (!is_recoverable(folder->info.id)) {
      continue;
    }
    folder->entries.for_each(0, folder->entries.size(), [&](std::size_t, const EntryRow& row) {
      if (!frame.whole_folder && row.save_date >= limit) return;
      if (!frame.whole_folder) frame.uids.push_back(row.uid);
      ++plan.answer.messages;
      count_bytes(row.item);
    });
    if (frame.whole_folder || !frame.uids.empty()) plan.frames.push_back(frame_of(frame));
  }
  return plan;
}

namespace {

bool applies(const RetentionRule& rule, const AccountState& tip, const FolderInfo& folder) {
  if (rule.use == SpecialUse::none)
    return folder.name == rule.folder || (rule.below && is_below(folder.name, rule.folder));
  if (folder.special_use == rule.use) return true;
  if (!rule.below) return false;
  return std::ranges::any_of(tip.folders, [&](const auto& other) {
    const auto& info = other->info;
    return other->shown() && info.special_use == rule.use && is_below(folder.name, info.name);
  });
}

const RetentionRule* strictest(const std::vector<RetentionRule>& rules,
                               const AccountState& tip,
                               const FolderInfo& folder) {
  const RetentionRule* found = nullptr;
  for (const auto& rule : rules)
    if (applies(rule, tip, folder) && (found == nullptr || rule.days < found->days)) found = &rule;
  return found;
}

}  // namespace

Result<Planned<std::vector<RetentionCount>>> plan_retention(const AccountState& tip,
                                                            const std::vector<RetentionRule>& rules,
                                                            UtcSeconds now) {
  Planned<std::vector<RetentionCount>> plan;
  if (rules.empty()) return plan;
  for (const auto& folder : tip.folders) {
    if (!folder->shown() || folder->info.folder_class != FolderClass::mail) continue;
    const auto* rule = strictest(rules, tip, folder->info);
    if (rule == nullptr) continue;
    const auto limit = (now - std::chrono::days(rule->days)).time_since_epoch().count();
    ExpungeFrame frame;
    frame.folder = folder->info.id;
    frame.date = now;
    RetentionCount count{rule->text, 0, 0};
    folder->entries.for_each(0, folder->entries.size(), [&](std::size_t, const EntryRow& row) {
      if (row.save_date >= limit) return;
      frame.uids.push_back(row.uid);
      ++count.messages;
      const auto* item = tip.items.find_key(row.item);
      if (item != nullptr) count.bytes += item->size;
    });
    if (frame.uids.empty()) continue;
    plan.frames.push_back(frame_of(frame));
    const auto same = std::ranges::find(plan.answer, count.rule, &RetentionCount::rule);
    if (same == plan.answer.end()) {
      plan.answer.push_back(std::move(count));
    } else {
      same->messages += count.messages;
      same->bytes += count.bytes;
    }
  }
  return plan;
}

std::optional<UtcSeconds> next_retention(const AccountState& tip,
                                         const std::vector<RetentionRule>& rules) {
  std::optional<UtcSeconds> next;
  if (rules.empty()) return next;
  for (const auto& folder : tip.folders) {
    if (!folder->shown() || folder->entries.size() == 0) continue;
    const auto* rule = strictest(rules, tip, folder->info);
    if (rule == nullptr) continue;
    const UtcSeconds first(std::chrono::seconds(folder->entries.at(0).save_date));
    const auto due = first + std::chrono::days(rule->days);
    next = next ? std::min(*next, due) : due;
  }
  return next;
}

}  // namespace kontor::store
