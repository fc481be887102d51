// SPDX-License-Identifier: GPL-3.0-or-later
// What an index said, asked of items; and the order of what was found.
#include <gmock/gmock.h>

#include "server/indexer/candidates.hpp"
#include "server/indexer/ranking.hpp"

namespace kontor::indexer {
namespace {

using ::testing::ElementsAre;

TEST(Candidates, WhoKnowsNothingLeavesEverythingOpen) {
  EXPECT_EQ(Candidates().of(1), Verdict::open);
}

TEST(Candidates, AboveThePositionEverythingIsOpen) {
  Candidates known(search::Matches{{2, 4}, {3}, 10});
  EXPECT_EQ(known.of(2), Verdict::yes);
  EXPECT_EQ(known.of(3), Verdict::open);
  EXPECT_EQ(known.of(5), Verdict::no);
  EXPECT_EQ(known.of(10), Verdict::no);
  EXPECT_EQ(known.of(11), Verdict::open);
  known.doubt();
  EXPECT_EQ(known.of(2), Verdict::open);
  EXPECT_EQ(known.of(3), Verdict::open);
  EXPECT_EQ(known.of(5), Verdict::no);
}

std::vector<search::ItemId> order(std::vector<search::Hit> ranked,
                                  const search::Items& all,
                                  search::ItemId position,
                                  std::size_t most) {
  std::vector<search::ItemId> out;
  for (const auto& hit : with_unranked(std::move(ranked), all, position, most))
    out.push_back(hit.item);
  return out;
}

TEST(Ranking, WhatIsNotIndexedYetComesFirstAndNewestFirst) {
  EXPECT_THAT(order({{3, 9.5}, {1, 2}}, {1, 3, 7, 8}, 5, 10), ElementsAre(8, 7, 3, 1));
  EXPECT_THAT(order({}, {1, 2}, 0, 10), ElementsAre(2, 1));
}

TEST(Ranking, WhatWasFoundByItsTextAloneComesLast) {
  EXPECT_THAT(order({{3, 9.5}, {1, 2}}, {1, 2, 3}, 5, 10), ElementsAre(3, 1, 2));
}

TEST(Ranking, NoMoreThanAskedFor) {
  EXPECT_THAT(order({{3, 9}, {1, 2}}, {1, 2, 3, 9}, 5, 2), ElementsAre(9, 3));
}

}  // namespace
}  // namespace kontor::indexer
