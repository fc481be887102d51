// SPDX-License-Identifier: GPL-3.0-or-later
// Whose turn of indexing it is.
#include <gtest/gtest.h>

#include "server/indexer/schedule.hpp"

namespace kontor::indexer {
namespace {

using namespace std::chrono_literals;
using store::AccountNews;

const store::AccountId k_one = *Uuid::parse("11111111-1111-4111-8111-111111111111");
const store::AccountId k_two = *Uuid::parse("22222222-2222-4222-8222-222222222222");

TEST(Schedule, AnAccountInUseIsDueADelayAfterTheFirstChange) {
  Schedule schedule(500ms);
  const SteadyTime start{};
  EXPECT_FALSE(schedule.wait(start));
  schedule.note(k_one, AccountNews::changed, start);
  schedule.note(k_one, AccountNews::changed, start + 400ms);  // does not put it off
  EXPECT_EQ(schedule.wait(start), 500ms);
  EXPECT_FALSE(schedule.take(start + 499ms));
  EXPECT_EQ(schedule.take(start + 500ms), k_one);
  EXPECT_FALSE(schedule.take(start + 1h));
}

TEST(Schedule, OnlyWhoIsDueSoonerThanAllWakesWhoWaits) {
  Schedule schedule(500ms);
  const SteadyTime start{};
  EXPECT_TRUE(schedule.note(k_one, AccountNews::delivered, start));
  EXPECT_FALSE(schedule.note(k_one, AccountNews::delivered, start + 1ms));
  EXPECT_TRUE(schedule.note(k_two, AccountNews::changed, start + 2ms));
  EXPECT_FALSE(schedule.note(k_one, AccountNews::changed, start + 3ms));  // after the other
  EXPECT_EQ(schedule.take(start + 502ms), k_two);
  EXPECT_EQ(schedule.wait(start + 502ms), 1ms);
}

TEST(Schedule, MailForAnAccountNobodyHasOpenWaitsForCompany) {
  Schedule schedule(500ms);
  const SteadyTime start{};
  schedule.note(k_one, AccountNews::delivered, start);
  EXPECT_EQ(schedule.wait(start), Schedule::k_patience);
  for (std::size_t i = 1; i < Schedule::k_company; ++i)
    schedule.note(k_one, AccountNews::delivered, start + 1s);
  EXPECT_EQ(schedule.wait(start + 1s), 500ms);
  EXPECT_EQ(schedule.take(start + 2s), k_one);
  EXPECT_TRUE(schedule.is_idle(start + 2s));
}

TEST(Schedule, WhoIsSearchedNeedNotWait) {
  Schedule schedule(500ms);
  const SteadyTime start{};
  schedule.hurry(k_one, start);  // nothing of it is waiting
  EXPECT_FALSE(schedule.wait(start));
  schedule.note(k_one, AccountNews::delivered, start);
  schedule.note(k_two, AccountNews::changed, start);
  schedule.hurry(k_one, start);
  EXPECT_EQ(schedule.take(start), k_one);
  EXPECT_FALSE(schedule.take(start));
  EXPECT_EQ(schedule.take(start + 1s), k_two);
}

TEST(Schedule, TheFirstRoundComesWhenNobodyElseIsDue) {
  Schedule schedule(0ms);
  const SteadyTime start{};
  schedule.add_round({k_one, k_two});
  EXPECT_FALSE(schedule.is_idle(start));
  schedule.note(k_two, AccountNews::changed, start);
  EXPECT_EQ(schedule.take(start), k_two);
  EXPECT_EQ(schedule.take(start), k_one);
  EXPECT_EQ(schedule.take(start), k_two);
  EXPECT_FALSE(schedule.take(start));
}

TEST(Schedule, AFailedOneComesAgainLaterUnlessItIsForgotten) {
  Schedule schedule(0ms);
  const SteadyTime start{};
  schedule.add(k_one, start + 30s);
  schedule.add(k_one, start + 60s);
  EXPECT_EQ(schedule.wait(start), 30s);
  schedule.forget(k_one);
  EXPECT_FALSE(schedule.wait(start));
}

}  // namespace
}  // namespace kontor::indexer
