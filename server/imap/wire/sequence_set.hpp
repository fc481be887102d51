// SPDX-License-Identifier: GPL-3.0-or-later
// Sets of message sequence numbers or UIDs: as a client writes them ("1:4,7,9:*", "$"; RFC 9051,
// 9: sequence-set) and as numbers that exist, in order and without doubles. Pure values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace kontor::imap::wire {

inline constexpr std::uint32_t k_star = 0;  // "*", the largest number in use

struct NumberRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  auto operator<=>(const NumberRange&) const = default;
};

// As written. Either `$` alone (the saved search result, RFC 5182) or ranges, in any order.
struct SequenceSet {
  bool saved_result = false;
  std::vector<NumberRange> ranges;  // k_star stands for "*"
  bool has_star() const;
};

// Numbers from 1 on: sorted, disjoint, adjacent ranges joined. A set of 1:4294967295 is one range.
class NumberSet {
 public:
  NumberSet() = default;
  explicit NumberSet(
      std::vector<NumberRange> ranges);  // any order, first <= last, overlaps allowed
  static NumberSet of(const std::vector<std::uint32_t>& numbers);  // any order

  void add(std::uint32_t number);  // cheap when it is larger than every number so far
  bool contains(std::uint32_t number) const;
  bool empty() const { return ranges_.empty(); }
  std::uint64_t count() const;
  const std::vector<NumberRange>& ranges() const { return ranges_; }
  std::uint32_t smallest() const { return ranges_.empty() ? 0 : ranges_.front().first; }
  std::uint32_t largest() const { return ranges_.empty() ? 0 : ranges_.back().last; }
  NumberSet last(std::uint64_t count) const;  // the largest so many
  NumberSet intersection(const NumberSet& other) const;
  // Its `begin`-th to `end`-th numbers, counted from 0, without the last.
  NumberSet slice(std::uint64_t begin, std::uint64_t end) const;
  std::string text() const;  // "1:4,7"; empty for the empty set
  bool operator==(const NumberSet&) const = default;

 private:
  std::vector<NumberRange> ranges_;
};

// `written` with "*" standing for `largest`; "5:3" is 3:5 (RFC 9051, 9: seq-range). When nothing is
// there (`largest` is 0) a range with "*" is empty. `$` is not resolved here.
NumberSet resolve_star(const SequenceSet& written, std::uint32_t largest);

// Numbers in the order given as a set text, runs joined: COPYUID keeps the order of its two lists
// (RFC 4315, 3).
std::string uid_list_text(const std::vector<std::uint32_t>& uids);

}  // namespace kontor::imap::wire
