// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/resync.hpp"

namespace kontor::imap {
namespace {

// Every UID above `matched` that was given and is not there.
wire::NumberSet gaps(const store::FolderView& view, store::Uid matched) {
  std::vector<wire::NumberRange> ranges;
  store::Uid expected = matched + 1;
  view.for_each(view.lower_bound(expected), view.size(),
                [&](std::size_t, const store::Entry& entry) {
                  if (entry.uid > expected) ranges.push_back({expected, entry.uid - 1});
                  expected = entry.uid + 1;
                });
  if (expected < view.info().uid_next) ranges.push_back({expected, view.info().uid_next - 1});
  return wire::NumberSet(std::move(ranges));
}

// The numbers of a set as written, one after another.
class Walk {
 public:
  explicit Walk(const wire::SequenceSet& set) : ranges_(set.ranges) {}
  // 0: the end.
  std::uint32_t next() {
    if (at_ == ranges_.size()) return 0;
    const auto first = std::min(ranges_[at_].first, ranges_[at_].last);
    const auto last = std::max(ranges_[at_].first, ranges_[at_].last);
    const auto number = first + offset_;
    if (number == last) {
      ++at_;
      offset_ = 0;
    } else {
      ++offset_;
    }
    return number;
  }

 private:
  const std::vector<wire::NumberRange>& ranges_;
  std::size_t at_ = 0;
  std::uint32_t offset_ = 0;
};

}  // namespace

wire::NumberSet vanished_uids(const store::FolderView& view, const Missing& missing) {
  const auto gone = view.vanished_since(missing.since);
  const auto all = gone ? wire::NumberSet::of(*gone) : gaps(view, missing.matched);
  return missing.among == nullptr ? all : all.intersection(*missing.among);
}

store::Uid matched_until(const store::FolderView& view, const wire::SequenceMatch& match) {
  Walk numbers(match.numbers);
  Walk uids(match.uids);
  store::Uid matched = 0;
  // Ascending pairs, each naming a message that is there: at most as many steps as messages.
  for (std::uint32_t before = 0;;) {
    const auto number = numbers.next();
    const auto uid = uids.next();
    if (number <= before || uid == 0 || number > view.size() || view.at(number - 1).uid != uid)
      return matched;
    before = number;
    matched = uid;
  }
}

wire::NumberSet without(const wire::NumberSet& uids, const std::vector<store::Entry>& entries) {
  if (entries.empty()) return uids;
  std::vector<wire::NumberRange> ranges;
  auto next = entries.begin();
  for (auto range : uids.ranges()) {
    while (next != entries.end() && next->uid < range.first) ++next;
    for (; next != entries.end() && next->uid <= range.last; ++next) {
      if (next->uid > range.first) ranges.push_back({range.first, next->uid - 1});
      range.first = next->uid + 1;
    }
    if (range.first <= range.last && range.first != 0) ranges.push_back(range);
  }
  return wire::NumberSet(std::move(ranges));
}

}  // namespace kontor::imap
