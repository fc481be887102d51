// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/sequence_set.hpp"

#include <algorithm>

namespace kontor::imap::wire {
namespace {

void append_range(std::string& out, std::uint32_t first, std::uint32_t last) {
  if (!out.empty()) out.push_back(',');
  out.append(std::to_string(first));
  if (last == first) return;
  out.push_back(':');
  out.append(std::to_string(last));
}

}  // namespace

bool SequenceSet::has_star() const {
  return std::ranges::any_of(
      ranges, [](const NumberRange& r) { return r.first == k_star || r.last == k_star; });
}

NumberSet::NumberSet(std::vector<NumberRange> ranges) : ranges_(std::move(ranges)) {
  std::ranges::sort(ranges_);
  std::size_t kept = 0;
  for (const NumberRange& range : ranges_) {
    // The sum cannot overflow: 64 bits.
    if (kept > 0 && range.first <= std::uint64_t{ranges_[kept - 1].last} + 1)
      ranges_[kept - 1].last = std::max(ranges_[kept - 1].last, range.last);
    else
      ranges_[kept++] = range;
  }
  ranges_.resize(kept);
}

NumberSet NumberSet::of(const std::vector<std::uint32_t>& numbers) {
  NumberSet set;
  for (const auto number : numbers) set.add(number);
  return set;
}

void NumberSet::add(std::uint32_t number) {
  if (ranges_.empty() || number > ranges_.back().last) {
    if (!ranges_.empty() && number == ranges_.back().last + 1)
      ranges_.back().last = number;
    else
      ranges_.push_back({number, number});
  } else if (!contains(number)) {
    auto ranges = std::move(ranges_);
    ranges.push_back({number, number});
    *this = NumberSet(std::move(ranges));
  }
}

bool NumberSet::contains(std::uint32_t number) const {
  const auto after = std::ranges::upper_bound(ranges_, number, {}, &NumberRange::first);
  return after != ranges_.begin() && number <= std::prev(after)->last;
}

std::uint64_t NumberSet::count() const {
  std::uint64_t sum = 0;
  for (const auto& range : ranges_) sum += std::uint64_t{range.last} - range.first + 1;
  return sum;
}

NumberSet NumberSet::last(std::uint64_t count) const {
  std::vector<NumberRange> kept;
  for (auto range = ranges_.rbegin(); range != ranges_.rend() && count > 0; ++range) {
    const std::uint64_t size = std::uint64_t{range->last} - range->first + 1;
    const std::uint64_t take = std::min(size, count);
    kept.push_back({static_cast<std::uint32_t>(range->last - (take - 1)), range->last});
    count -= take;
  }
  return NumberSet(std::move(kept));
}

NumberSet NumberSet::intersection(const NumberSet& other) const {
  NumberSet result;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    const auto first = std::max(a->first, b->first);
    const auto last = std::min(a->last, b->last);
    if (first <= last) result.ranges_.push_back({first, last});
    if (a->last < b->last)
      ++a;
    else
      ++b;
  }
  return result;
}

NumberSet NumberSet::slice(std::uint64_t begin, std::uint64_t end) const {
  NumberSet result;
  std::uint64_t at = 0;  // how many numbers stand before the range
  for (const auto& range : ranges_) {
    const std::uint64_t size = std::uint64_t{range.last} - range.first + 1;
    const auto from = std::max(begin, at);
    const auto to = std::min(end, at + size);
    if (from < to)
      result.ranges_.push_back({static_cast<std::uint32_t>(range.first + (from - at)),
                                static_cast<std::uint32_t>(range.first + (to - at) - 1)});
    at += size;
    if (at >= end) break;
  }
  return result;
}

std::string NumberSet::text() const {
  std::string out;
  for (const auto& range : ranges_) append_range(out, range.first, range.last);
  return out;
}

NumberSet resolve_star(const SequenceSet& written, std::uint32_t largest) {
  std::vector<NumberRange> ranges;
  ranges.reserve(written.ranges.size());
  for (NumberRange range : written.ranges) {
    const bool star = range.first == k_star || range.last == k_star;
    if (star && largest == 0) continue;
    if (range.first == k_star) range.first = largest;
    if (range.last == k_star) range.last = largest;
    if (range.first > range.last) std::swap(range.first, range.last);
    ranges.push_back(range);
  }
  return NumberSet(std::move(ranges));
}

std::string uid_list_text(const std::vector<std::uint32_t>& uids) {
  std::string out;
  for (std::size_t i = 0; i < uids.size();) {
    std::size_t end = i + 1;
    while (end < uids.size() && uids[end] == uids[end - 1] + 1) ++end;
    append_range(out, uids[i], uids[end - 1]);
    i = end;
  }
  return out;
}

}  // namespace kontor::imap::wire
