// SPDX-License-Identifier: GPL-3.0-or-later
// REPLACE (RFC 8508): one message comes, another goes, by one commit.
#include "store/mailbox/plan.hpp"

namespace kontor::store {

Result<Planned<Appending>> plan_replace(const AccountState& tip,
                                        const Replaced& old,
                                        NewPayload message,
                                        const Limits& defaults,
                                        UtcSeconds now) {
  const auto* from = tip.find_shown(old.folder);
  const auto* row = from == nullptr ? nullptr : from->entries.find_key(old.uid);
  if (row == nullptr) return fail(Errc::conflict, "the message to replace is gone");
  const auto* item = tip.items.find_key(row->item);
  // What goes makes room for what comes; bytes that another folder shows too stay.
  AccountState without = tip;
  without.usage.messages -= 1;
  if (item != nullptr && item->shown == 1) without.usage.bytes -= item->size;
  std::vector<std::string> payloads;
  payloads.push_back(std::move(message.payload));
  KONTOR_TRY(auto plan, plan_append(without, message.folder, std::move(payloads), defaults));
  std::vector<Uid> uids(1, old.uid);
  KONTOR_TRY(auto expunge, plan_expunge(tip, old.folder, std::move(uids), 0, now));
  for (auto& frame : expunge.frames) plan.frames.push_back(std::move(frame));
  return plan;
}

}  // namespace kontor::store
