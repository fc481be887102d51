// SPDX-License-Identifier: GPL-3.0-or-later
// Two states of an account share what did not change between them, so that equal pointers mean
// equal folders.
#include <algorithm>

#include "store/mailbox/state.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::store {
namespace {

const AnnotationMap& value_of(const Cow<AnnotationMap>& held) {
  static const AnnotationMap none;
  return held.empty() ? none : *held;
}

std::vector<std::string> compare(const Cow<AnnotationMap>& before,
                                 const Cow<AnnotationMap>& after) {
  if (before.is(after)) return {};
  return changed_entries(value_of(before), value_of(after));
}

const FolderState* shown(const FolderState* folder) {
  return folder != nullptr && folder->shown() ? folder : nullptr;
}

void note_folder(ViewChanges& changes, const FolderState* before, const FolderState* after) {
  before = shown(before);
  after = shown(after);
  if (before == nullptr && after == nullptr) return;
  FolderChange change;
  if (before != nullptr) change.before = before->info;
  if (after != nullptr) change.after = after->info;
  if (before != nullptr && after != nullptr)
    change.annotations = compare(before->annotations, after->annotations);
  else if (after != nullptr)
    change.annotations = compare({}, after->annotations);
  changes.folders.push_back(std::move(change));
}

void compare_subscriptions(ViewChanges& changes, const AccountState& from, const AccountState& to) {
  if (from.subscriptions.is(to.subscriptions)) return;
  static const std::set<std::string, std::less<>> none;
  const auto& before = from.subscriptions.empty() ? none : *from.subscriptions;
  const auto& after = to.subscriptions.empty() ? none : *to.subscriptions;
  std::ranges::set_difference(after, before, std::back_inserter(changes.subscribed));
  std::ranges::set_difference(before, after, std::back_inserter(changes.unsubscribed));
}

}  // namespace

ViewChanges AccountView::changes_since(const AccountView& before) const {
  ViewChanges changes;
  if (state_ == before.state_) return changes;
  const auto& from = before.state_->folders;
  const auto& to = state_->folders;
  // What holds for all folders that do not say: to readers all of them have changed.
  const bool shared_anew = state_->reader && state_->flags_since != before.state_->flags_since;
  // Both ascend by id.
  for (std::size_t i = 0, j = 0; i < from.size() || j < to.size();) {
    const bool gone = j == to.size() || (i < from.size() && from[i]->info.id < to[j]->info.id);
    const bool is_new = i == from.size() || (j < to.size() && to[j]->info.id < from[i]->info.id);
    if (gone || is_new || shared_anew || !from[i].is(to[j]))
      note_folder(changes, is_new ? nullptr : &*from[i], gone ? nullptr : &*to[j]);
    if (!is_new) ++i;
    if (!gone) ++j;
  }
  if (state_->reader)
    for (auto& change : changes.folders) {
      if (change.before) change.before = before.folder(change.before->id);
      if (change.after) change.after = folder(change.after->id);
    }
  compare_subscriptions(changes, *before.state_, *state_);
  changes.annotations = compare(before.state_->annotations, state_->annotations);
  return changes;
}

const AccessList& AccountView::access(FolderId id) const {
  static const AccessList none;
  const auto* folder = state_->find_shown(id);
  return folder == nullptr || folder->access.empty() ? none : *folder->access;
}

const AnnotationMap& AccountView::annotations(FolderId id) const {
  if (id == 0) return value_of(state_->annotations);
  static const AnnotationMap none;
  const auto* folder = state_->find_shown(id);
  return folder == nullptr ? none : value_of(folder->annotations);
}

std::uint64_t AccountView::folder_count() const { return store::folder_count(*state_); }
std::uint64_t AccountView::annotation_bytes() const { return store::annotation_bytes(*state_); }

}  // namespace kontor::store
