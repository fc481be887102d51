// SPDX-License-Identifier: GPL-3.0-or-later
// Changes to the account as a whole: its limits, and what it still remembers of what has left.
#include "store/mailbox/plan.hpp"

namespace kontor::store {

NewFrame frame_of(const Payload& payload) {
  NewFrame frame;
  frame.type = type_of(payload);
  frame.payload = encode_payload(payload);
  return frame;
}

namespace {

NewFrame limit_frame(std::string_view entry, const std::optional<std::uint64_t>& limit) {
  AnnotationFrame frame;
  frame.entry = entry;
  frame.remove = !limit;
  if (limit) frame.value = std::to_string(*limit);
  return frame_of(frame);
}

}  // namespace

Result<Planned<Done>> plan_limits(const AccountState& tip, const OwnLimits& own) {
  Planned<Done> plan;
  if (own.bytes != tip.own_limits.bytes)
    plan.frames.push_back(limit_frame(k_quota_bytes, own.bytes));
  if (own.messages != tip.own_limits.messages)
    plan.frames.push_back(limit_frame(k_quota_messages, own.messages));
  return plan;
}

Result<Planned<Done>> plan_prune(const AccountState& tip, std::uint32_t days, UtcSeconds now) {
  Planned<Done> plan;
  if (tip.days.empty()) return plan;
  const auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  const auto oldest = std::int64_t{today} - days;
  // What was written before the first day that is young enough, counted from that day's first
  // frame.
  ModSeq until = 0;
  for (const auto& mark : *tip.days) {
    if (mark.day >= oldest) {
      until = mark.first - 1;
      break;
    }
    until = tip.modseq;
  }
  const auto is_old = [&](const auto& folder) {
    return folder->tombs.size() > 0 && folder->tombs.at(0).modseq() <= until;
  };
  if (std::ranges::any_of(tip.folders, is_old)) plan.frames.push_back(frame_of(PruneFrame{until}));
  return plan;
}

}  // namespace kontor::store
