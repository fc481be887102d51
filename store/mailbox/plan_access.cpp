// SPDX-License-Identifier: GPL-3.0-or-later
// Changes to access lists and annotations.
#include "store/mailbox/plan.hpp"

namespace kontor::store {
namespace {

const AnnotationMap& annotations_of(const AccountState& tip, FolderId folder) {
  static const AnnotationMap none;
  const auto& held = folder == 0 ? tip.annotations : tip.find(folder)->annotations;
  return held.empty() ? none : *held;
}

}  // namespace

std::vector<NewFrame> inherited_access(const AccountState& tip,
                                       std::string_view parent,
                                       FolderId child) {
  std::vector<NewFrame> frames;
  const auto id = tip.find_name(parent);
  const auto* folder = id ? tip.find(*id) : nullptr;
  if (folder == nullptr) return frames;
  if (folder->flag_sharing) frames.push_back(flag_sharing_frame(child, folder->flag_sharing));
  if (folder->access.empty()) return frames;
  for (const auto& entry : *folder->access) frames.push_back(frame_of(acl_frame(child, entry)));
  return frames;
}

Result<Planned<Done>> plan_access(const AccountState& tip,
                                  FolderId folder,
                                  const AccessChange& change) {
  const auto* found = tip.find_shown(folder);
  if (found == nullptr) return fail(Errc::not_found, "no such folder");
  static const AccessList none;
  const auto& list = found->access.empty() ? none : *found->access;
  auto after = list;
  const auto frame = acl_frame(folder, entry_after(list, change));
  apply_acl(after, frame);
  Planned<Done> plan;
  if (after == list) return plan;
  if (after.size() > k_max_access_entries)
    return fail(Errc::limit, "the access list has too many entries");
  plan.frames.push_back(frame_of(frame));
  return plan;
}

Result<Planned<Done>> plan_annotations(const AccountState& tip,
                                       FolderId folder,
                                       const std::vector<AnnotationChange>& changes,
                                       const AnnotationLimits& limits) {
  if (folder != 0 && tip.find_shown(folder) == nullptr)
    return fail(Errc::not_found, "no such folder");
  Planned<Done> plan;
  const auto& before = annotations_of(tip, folder);
  auto after = before;
  for (const auto& change : changes) {
    const auto found = after.find(change.entry);
    const bool is_there = found != after.end();
    if (is_there ? change.value == found->second : !change.value) continue;
    AnnotationFrame frame;
    frame.folder = folder;
    frame.entry = change.entry;
    frame.remove = !change.value;
    frame.value = change.value.value_or("");
    plan.frames.push_back(frame_of(frame));
    if (change.value)
      after[change.entry] = *change.value;
    else
      after.erase(found);
  }
  if (after.size() > before.size() && after.size() > limits.entries)
    return fail(Errc::limit, "too many annotations");
  const auto was = annotation_bytes(before), is = annotation_bytes(after);
  const auto most = limits_in_force(tip.own_limits, limits.defaults).annotation_bytes;
  if (most != 0 && is > was && annotation_bytes(tip) - was + is > most)
    return fail(Errc::over_quota, "the annotations of the mailbox are too large");
  return plan;
}

}  // namespace kontor::store
