// SPDX-License-Identifier: GPL-3.0-or-later
// Changes to messages: append, flags, copy, move, expunge.
#include "store/mailbox/plan.hpp"

#include "base/core/text.hpp"
#include "store/mailbox/recoverable.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t k_max_keywords = 100;         // of one message
constexpr std::size_t k_max_message = 192U << 20U;  // its frame must fit (docs/formats/log.md)

Result<const FolderState*> shown(const AccountState& tip, FolderId id) {
  const auto* folder = tip.find_shown(id);
  if (folder == nullptr && find_readable(tip, id) != nullptr)
    return fail(Errc::no_permission, "what was deleted can only be moved or copied out");
  if (folder == nullptr) return fail(Errc::not_found, "the folder is gone");
  return folder;
}

Result<const FolderState*> readable(const AccountState& tip, FolderId id) {
  const auto* folder = find_readable(tip, id);
  if (folder == nullptr) return fail(Errc::not_found, "the folder is gone");
  return folder;
}

// What rows coming from a folder add to the usage: a copy shares the bytes with what is shown, a
// move adds nothing; what was deleted counts again.
Usage usage_of(const AccountState& tip, const FolderState& from, const TransferFrame& frame) {
  Usage more{0, frame.rows.size()};
  if (from.shown()) return more;
  std::set<ItemId> counted;
  for (const auto& row : frame.rows) {
    const auto* item = tip.items.find_key(row.item);
    if (item != nullptr && item->shown == 0 && counted.insert(row.item).second)
      more.bytes += item->size;
  }
  return more;
}

void sort_uids(std::vector<Uid>& uids) {
  std::ranges::sort(uids);
  const auto rest = std::ranges::unique(uids);
  uids.erase(rest.begin(), rest.end());
}

// visit(row) for those of the ascending `uids` that exist. A range of rows is walked, not searched,
// when the UIDs are many.
template <class Visit>
void for_each_uid(const FolderState& folder, const std::vector<Uid>& uids, const Visit& visit) {
  if (uids.empty()) return;
  if (uids.size() < 16) {
    for (const Uid uid : uids)
      if (const auto* row = folder.entries.find_key(uid)) visit(*row);
    return;
  }
  auto next = uids.begin();
  folder.entries.for_each(folder.entries.lower_bound(uids.front()),
                          folder.entries.lower_bound(std::uint64_t{uids.back()} + 1),
                          [&](std::size_t, const EntryRow& row) {
                            while (next != uids.end() && *next < row.uid) ++next;
                            if (next != uids.end() && *next == row.uid) visit(row);
                          });
}

Result<void> check_keywords(const std::vector<std::string>& keywords) {
  if (keywords.size() > k_max_keywords) return fail(Errc::limit, "too many keywords");
  for (const auto& keyword : keywords)
    if (!is_keyword(keyword)) return fail(Errc::bad_input, "not a keyword");
  return {};
}

// Which sets of keywords a change leaves as they are; each set is looked at once.
class KeywordEffect {
 public:
  KeywordEffect(const KeywordTable& table, const FlagChange& change)
      : table_(table), change_(change) {}
  bool changes(KeywordSetId set) {
    if (change_.keywords.empty() && change_.action != FlagAction::set) return false;
    const auto [found, fresh] = known_.try_emplace(set, false);
    if (fresh) {
      const auto& names = table_.names(set);
      const auto after = changed_keywords(names, change_.action, change_.keywords);
      found->second = after != changed_keywords(names, FlagAction::add, {});
      most_ = std::max(most_, after.size());
    }
    return found->second;
  }
  std::size_t most() const { return most_; }

 private:
  const KeywordTable& table_;
  const FlagChange& change_;
  std::map<KeywordSetId, bool> known_;
  std::size_t most_ = 0;
};

}  // namespace

Result<std::string> encode_message(const NewMessage& message, FolderId folder, UtcSeconds now) {
  KONTOR_TRY(check_keywords(message.keywords));
  const auto& parts = message.message;
  if (parts.raw.size() > k_max_message) return fail(Errc::limit, "the message is too large");
  DeliverFrame frame;
  frame.folder = folder;
  frame.flags = message.flags;
  frame.internal_date = message.internal_date;
  frame.save_date = now;
  frame.keywords = message.keywords;
  frame.guid = message.guid.is_nil() ? Uuid::random() : message.guid;
  frame.thread = parts.thread;
  frame.header_size = parts.header_size;
  frame.envelope = parts.envelope;
  frame.body = parts.body;
  frame.bodystructure = parts.bodystructure;
  frame.preview = parts.preview;
  frame.raw = parts.raw;
  return detail::encode_deliver(frame);
}

Result<Planned<Appending>> plan_append(const AccountState& tip,
                                       FolderId folder,
                                       std::vector<std::string> payloads,
                                       const Limits& defaults,
                                       const QuotaWarning& warning) {
  KONTOR_TRY(const auto* found, shown(tip, folder));
  Usage more{0, payloads.size()};
  for (const auto& payload : payloads) more.bytes += deliver_raw_size(payload);
  const auto limits = limits_in_force(tip.own_limits, defaults);
  KONTOR_TRY(check_quota(tip.usage, more, limits));
  Planned<Appending> plan;
  plan.answer.uid_validity = found->info.uid_validity;
  Uid uid = found->info.uid_next;
  if (uid > UINT32_MAX - payloads.size()) return fail(Errc::limit, "the folder has no UID left");
  for (auto& payload : payloads) {
    set_deliver_uid(payload, uid);
    plan.answer.uids.push_back(uid++);
    NewFrame frame;
    frame.type = FrameType::deliver;
    frame.payload = std::move(payload);
    plan.frames.push_back(std::move(frame));
  }
  const Usage sum{tip.usage.bytes + more.bytes, tip.usage.messages + more.messages};
  // In the same commit: whoever is told has it in the INBOX, with the UID that comes next there.
  for (auto& frame : warning_frames(tip.usage, {sum, limits, {}}, tip.quota_warned, warning))
    plan.frames.push_back(std::move(frame));
  return plan;
}

Result<Planned<FlagChanged>> plan_flags(const AccountState& tip,
                                        FolderId folder,
                                        std::vector<Uid> uids,
                                        const FlagChange& change) {
  KONTOR_TRY(check_keywords(change.keywords));
  KONTOR_TRY(const auto* found, shown(tip, folder));
  sort_uids(uids);
  Planned<FlagChanged> plan;
  KeywordEffect keywords(tip.keyword_table(), change);
  for_each_uid(*found, uids, [&](const EntryRow& row) {
    // RFC 7162, 3.1.3: an entry changed since is left alone and reported
    if (change.unchanged_since && row.modseq > *change.unchanged_since)
      plan.answer.conflict.push_back(row.uid);
    else if (keywords.changes(row.keywords()) ||
             changed_flags(row.flags(), change.action, change.flags) != row.flags())
      plan.answer.changed.push_back(row.uid);
  });
  if (keywords.most() > k_max_keywords) return fail(Errc::limit, "too many keywords");
  if (plan.answer.changed.empty()) return plan;
  if (tip.keyword_table().size() >= KeywordTable::k_max_sets && !change.keywords.empty())
    return fail(Errc::limit, "the account has too many different sets of keywords");
  FlagsFrame frame;
  frame.folder = folder;
  frame.action = change.action;
  frame.flags = change.flags;
  frame.keywords = change.keywords;
  frame.uids = plan.answer.changed;
  plan.frames.push_back(frame_of(frame));
  return plan;
}

TransferFrame transfer_rows(const AccountState& tip,
                            const FolderState& from,
                            const std::vector<Uid>& uids) {
  TransferFrame frame;
  frame.from = from.info.id;
  std::map<KeywordSetId, std::uint32_t> sets{{0, 0}};
  for_each_uid(from, uids, [&](const EntryRow& row) {
    const auto [set, fresh] =
        sets.try_emplace(row.keywords(), static_cast<std::uint32_t>(sets.size()));
    if (fresh) frame.keyword_sets.push_back(tip.keyword_table().names(row.keywords()));
    TransferRow moved;
    moved.from = row.uid;
    moved.item = row.item;
    moved.flags = row.flags();
    if (!from.shown()) moved.flags &= static_cast<FlagBits>(~k_deleted);  // it is wanted again
    moved.keywords = set->second;
    moved.internal_date = UtcSeconds(std::chrono::seconds(row.internal_date));
    frame.rows.push_back(moved);
  });
  return frame;
}

Result<Planned<Copied>> plan_transfer(const AccountState& tip,
                                      const Transfer& transfer,
                                      std::vector<Uid> uids,
                                      UtcSeconds now) {
  KONTOR_TRY(const auto* from, readable(tip, transfer.from));
  KONTOR_TRY(const auto* to, shown(tip, transfer.to));
  sort_uids(uids);
  auto frame = transfer_rows(tip, *from, uids);
  if (!transfer.move || !from->shown()) {
    const auto more = usage_of(tip, *from, frame);
    KONTOR_TRY(check_quota(tip.usage, more, limits_in_force(tip.own_limits, transfer.defaults)));
  }
  frame.to = transfer.to;
  frame.first_uid = to->info.uid_next;
  frame.save_date = now;
  Planned<Copied> plan;
  plan.answer.uid_validity = to->info.uid_validity;
  for (const auto& row : frame.rows) {
    plan.answer.from.push_back(row.from);
    plan.answer.to.push_back(frame.first_uid + static_cast<Uid>(plan.answer.to.size()));
  }
  if (frame.first_uid > UINT32_MAX - frame.rows.size())
    return fail(Errc::limit, "the folder has no UID left");
  if (frame.rows.empty()) return plan;
  auto names = transferred_names(tip, frame);
  if (transfer.move)
    plan.frames.push_back(frame_of(MoveFrame{std::move(frame)}));
  else
    plan.frames.push_back(frame_of(CopyFrame{std::move(frame)}));
  for (auto& name : names) plan.frames.push_back(std::move(name));
  return plan;
}

Result<Planned<std::vector<Uid>>> plan_expunge(const AccountState& tip,
                                               FolderId folder,
                                               std::vector<Uid> uids,
                                               FlagBits carrying,
                                               UtcSeconds now) {
  KONTOR_TRY(const auto* found, shown(tip, folder));
  sort_uids(uids);
  Planned<std::vector<Uid>> plan;
  for_each_uid(*found, uids, [&](const EntryRow& row) {
    if ((row.flags() & carrying) == carrying) plan.answer.push_back(row.uid);
  });
  if (plan.answer.empty()) return plan;
  ExpungeFrame frame;
  frame.folder = folder;
  frame.date = now;
  frame.uids = plan.answer;
  plan.frames.push_back(frame_of(frame));
  return plan;
}

}  // namespace kontor::store
