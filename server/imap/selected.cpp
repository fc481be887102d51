// SPDX-License-Identifier: GPL-3.0-or-later
// The client's numbering is the view's entries and the ghosts merged by UID. Neither is ever copied
// into one list: a number is found by two binary searches, so that a mailbox of any size costs the
// ghosts alone.
#include "server/imap/selected.hpp"

#include <algorithm>
#include <limits>

namespace kontor::imap {
namespace {

constexpr store::Uid k_largest_uid = std::numeric_limits<store::Uid>::max();

}  // namespace

SelectedFolder::SelectedFolder(std::shared_ptr<store::Account> account,
                               std::shared_ptr<const store::FolderView> view,
                               bool read_only)
    : account_(std::move(account)), view_(std::move(view)), read_only_(read_only) {
  told_ = count();
}

std::uint32_t SelectedFolder::count() const {
  return static_cast<std::uint32_t>(view_->size() + ghosts_.size());
}

store::Uid SelectedFolder::largest_uid() const {
  const store::Uid living = view_->size() == 0 ? 0 : view_->at(view_->size() - 1).uid;
  return std::max(living, ghosts_.empty() ? 0 : ghosts_.back().uid);
}

std::uint32_t SelectedFolder::ghosts_below(store::Uid uid) const {
  const auto at = std::ranges::lower_bound(ghosts_, uid, {}, &store::Entry::uid);
  return static_cast<std::uint32_t>(at - ghosts_.begin());
}

std::uint32_t SelectedFolder::ghost_number(std::size_t index) const {
  return static_cast<std::uint32_t>(view_->lower_bound(ghosts_[index].uid) + index + 1);
}

std::optional<std::uint32_t> SelectedFolder::number_of(store::Uid uid) const {
  const std::uint32_t below = ghosts_below(uid);
  if (const auto index = view_->index_of(uid))
    return static_cast<std::uint32_t>(*index) + below + 1;
  if (below < ghosts_.size() && ghosts_[below].uid == uid) return ghost_number(below);
  return std::nullopt;
}

NumberedEntry SelectedFolder::at(std::uint32_t number) const {
  // How many ghosts have a smaller number.
  std::size_t low = 0;
  std::size_t high = ghosts_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (ghost_number(middle) < number)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < ghosts_.size() && ghost_number(low) == number) return {number, ghosts_[low], true};
  return {number, view_->at(number - 1 - low), false};
}

std::optional<NumberedEntry> SelectedFolder::find(store::Uid uid) const {
  const auto number = number_of(uid);
  if (!number) return std::nullopt;
  return at(*number);
}

wire::NumberSet SelectedFolder::numbers_of_uids(const wire::NumberSet& uids) const {
  const auto below = [this](store::Uid uid) {
    return static_cast<std::uint32_t>(view_->lower_bound(uid)) + ghosts_below(uid);
  };
  std::vector<wire::NumberRange> numbers;
  for (const auto& range : uids.ranges()) {
    const std::uint32_t first = below(range.first) + 1;
    const std::uint32_t last = range.last == k_largest_uid ? count() : below(range.last + 1);
    if (first <= last) numbers.push_back({first, last});
  }
  return wire::NumberSet(std::move(numbers));
}

Result<wire::NumberSet> SelectedFolder::resolve(const wire::SequenceSet& set,
                                                bool by_uid,
                                                const wire::NumberSet& saved) const {
  if (set.saved_result) return numbers_of_uids(saved);
  if (by_uid) return numbers_of_uids(wire::resolve_star(set, largest_uid()));
  auto numbers = wire::resolve_star(set, count());
  if (numbers.largest() > count())
    return fail(Errc::bad_input, "a message number that does not exist");
  return numbers;
}

std::vector<NumberedEntry> SelectedFolder::batch(const wire::NumberSet& numbers,
                                                 NumberCursor& cursor,
                                                 std::size_t most) const {
  std::vector<NumberedEntry> out;
  while (out.size() < most && cursor.range < numbers.ranges().size()) {
    const auto& range = numbers.ranges()[cursor.range];
    const std::uint32_t first = range.first + cursor.offset;
    const auto room = static_cast<std::uint32_t>(most - out.size());
    const std::uint32_t take = std::min(range.last - first + 1, room);
    if (ghosts_.empty()) {
      view_->for_each(first - 1, first - 1 + take,
                      [&](std::size_t index, const store::Entry& entry) {
                        out.push_back({static_cast<std::uint32_t>(index + 1), entry, false});
                      });
    } else {
      for (std::uint32_t i = 0; i < take; ++i) out.push_back(at(first + i));
    }
    cursor.offset += take;
    if (range.first + cursor.offset > range.last) cursor = {cursor.range + 1, 0};
  }
  return out;
}

std::vector<store::Uid> SelectedFolder::uids(const wire::NumberSet& numbers) const {
  constexpr std::size_t k_batch = 4'096;
  std::vector<store::Uid> out;
  out.reserve(numbers.count());
  NumberCursor cursor;
  for (auto some = batch(numbers, cursor, k_batch); !some.empty();
       some = batch(numbers, cursor, k_batch))
    for (const auto& message : some) out.push_back(message.entry.uid);
  return out;
}

wire::NumberSet SelectedFolder::uid_set(const wire::NumberSet& numbers) const {
  return wire::NumberSet::of(uids(numbers));
}

std::vector<store::Entry> SelectedFolder::advance(std::shared_ptr<const store::FolderView> newer) {
  const store::ModSeq since = view_->info().highest_modseq;
  if (newer->info().highest_modseq == since) return {};
  const auto became_ghost = [&](store::Uid uid) {
    const auto index = view_->index_of(uid);
    if (index && !newer->index_of(uid)) ghosts_.push_back(view_->at(*index));
  };
  if (const auto gone = newer->vanished_since(since)) {
    for (const auto uid : *gone) became_ghost(uid);
  } else {
    // Older than the oldest tombstone: compare all.
    view_->for_each(0, view_->size(), [&](std::size_t, const store::Entry& entry) {
      if (!newer->index_of(entry.uid)) ghosts_.push_back(entry);
    });
  }
  std::ranges::sort(ghosts_, {}, &store::Entry::uid);
  const store::Uid first_new = view_->info().uid_next;
  auto changed = newer->changed_since(since);
  std::erase_if(changed, [&](const store::Entry& entry) { return entry.uid >= first_new; });
  view_ = std::move(newer);
  return changed;
}

std::vector<std::uint32_t> SelectedFolder::take_expunges() {
  // From the last to the first: no number told changes the meaning of one told later.
  std::vector<std::uint32_t> numbers;
  numbers.reserve(ghosts_.size());
  for (std::size_t i = ghosts_.size(); i-- > 0;) numbers.push_back(ghost_number(i));
  told_ -= static_cast<std::uint32_t>(ghosts_.size());
  ghosts_ = {};
  return numbers;
}

wire::NumberSet SelectedFolder::take_vanished() {
  wire::NumberSet uids;
  for (const auto& ghost : ghosts_) uids.add(ghost.uid);
  told_ -= static_cast<std::uint32_t>(ghosts_.size());
  ghosts_ = {};
  return uids;
}

bool SelectedFolder::take_exists() {
  const bool grown = count() != told_;
  told_ = count();
  return grown;
}

store::ModSeq SelectedFolder::told_modseq() const {
  return untold_.value_or(view_->info().highest_modseq);
}

void SelectedFolder::leave_untold(store::ModSeq known) {
  if (!untold_) untold_ = known;
}

}  // namespace kontor::imap
