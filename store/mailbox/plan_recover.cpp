// SPDX-License-Identifier: GPL-3.0-or-later
// Bringing back what was expunged, and the end of that.
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

}  // namespace kontor::store
