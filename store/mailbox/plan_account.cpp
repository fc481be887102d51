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

// An annotation of the account that is a number, or nothing.
NewFrame number_frame(std::string_view entry, const std::optional<std::uint64_t>& number) {
  AnnotationFrame frame;
  frame.entry = entry;
  frame.remove = !number;
  if (number) frame.value = std::to_string(*number);
  return frame_of(frame);
}

}  // namespace

Result<Planned<Done>> plan_limits(const AccountState& tip, const OwnLimits& own) {
  Planned<Done> plan;
  if (own.bytes != tip.own_limits.bytes)
    plan.frames.push_back(number_frame(k_quota_bytes, own.bytes));
  if (own.messages != tip.own_limits.messages)
    plan.frames.push_back(number_frame(k_quota_messages, own.messages));
  if (own.folders != tip.own_limits.folders)
    plan.frames.push_back(number_frame(k_quota_folders, own.folders));
  if (own.annotation_bytes != tip.own_limits.annotation_bytes)
    plan.frames.push_back(number_frame(k_quota_annotations, own.annotation_bytes));
  return plan;
}

Result<Planned<Done>> plan_gone(const AccountState& tip, std::optional<UtcSeconds> since) {
  Planned<Done> plan;
  if (since == tip.gone_since) return plan;
  std::optional<std::uint64_t> seconds;
  if (since) seconds = static_cast<std::uint64_t>(since->time_since_epoch().count());
  plan.frames.push_back(number_frame(k_gone_since, seconds));
  return plan;
}

Result<Planned<Done>> plan_bind(const AccountState& tip, const Binding& owner) {
  KONTOR_TRY(auto plan, plan_gone(tip, std::nullopt));
  if (tip.owner != owner) plan.frames.push_back(frame_of(BindingFrame{owner}));
  return plan;
}

std::vector<NewFrame> warning_frames(const Usage& before,
                                     const Quota& after,
                                     bool warned,
                                     const QuotaWarning& warning) {
  std::vector<NewFrame> frames;
  if ((warning.percent == 0 && warning.bytes == 0) || !warning.letter) return frames;
  const bool was_full = is_nearly_full(before, after.limits, warning.percent, warning.bytes);
  if (!is_nearly_full(after.usage, after.limits, warning.percent, warning.bytes)) {
    if (warned) frames.push_back(number_frame(k_quota_warned, std::nullopt));
    return frames;
  }
  if (warned && was_full) return frames;
  auto letter = warning.letter(after);
  if (!letter) return frames;
  NewFrame frame;
  frame.type = FrameType::deliver;
  frame.payload = *std::move(letter);
  frames.push_back(std::move(frame));
  frames.push_back(number_frame(k_quota_warned, 1));
  return frames;
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
