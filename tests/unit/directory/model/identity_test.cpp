// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/identity.hpp"

#include <gmock/gmock.h>

#include "directory/model/source.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Identity, OnlyLivingPeopleWithAnAddressMaySignIn) {
  auto disabled = test_person(1, "a"), expired = disabled, homeless = disabled;
  disabled.state = State::disabled;
  expired.expires = 50;
  homeless.mail.clear();
  EXPECT_TRUE(check_may_sign_in(test_person(1, "a"), 100));
  EXPECT_TRUE(check_may_sign_in(expired, 49));
  const struct {
    Principal principal;
    const char* reason;
  } rows[] = {{disabled, "disabled"},
              {expired, "expired"},
              {homeless, "no mail address"},
              {test_group(1, "g", {}), "not a person"}};
  for (const auto& row : rows) {
    const auto result = check_may_sign_in(row.principal, 100);
    ASSERT_FALSE(result) << row.reason;
    EXPECT_EQ(result.error().code(), Errc::auth_failed);
    EXPECT_THAT(result.error().detail(), HasSubstr(row.reason));
  }
}

TEST(Identity, TicketSidsCountOnlyForDomainsThatAreNotCopied) {
  const DirectoryCopy copy(
      {test_person(1, "anna"), test_group(10, "sales", {test_id(1)}), test_group(11, "left", {})},
      1);
  // 11: the copy says she is no longer in it; 99: of her domain but unknown; the last: of a forest
  // that is not followed.
  const auto identity = make_identity(
      copy, *copy.find(test_id(1)), "anna",
      {"S-1-5-21-1-2-3-11", "S-1-5-21-1-2-3-99", "S-1-5-21-7-7-7-500", "S-1-5-21-1-2-3-10"});
  EXPECT_THAT(identity.sids,
              ElementsAre("S-1-5-21-1-2-3-1", "S-1-5-21-1-2-3-10", "S-1-5-21-7-7-7-500"));
  EXPECT_EQ(identity.mail, "anna@example.test");
  EXPECT_EQ(identity.login, "anna");
}

TEST(Identity, ARemovalFromAGroupShowsInAnOpenSession) {
  const DirectoryCopy before({test_person(1, "anna"), test_group(10, "sales", {test_id(1)})}, 1);
  const auto identity =
      make_identity(before, *before.find(test_id(1)), "anna", {"S-1-5-21-7-7-7-500"});
  Changes changes;
  changes.upserts = {test_group(10, "sales", {})};
  const auto after = before.with(changes, 2);
  const auto fresh = refresh_identity(*after, identity, 0);
  ASSERT_TRUE(fresh);
  EXPECT_THAT(fresh->sids, Not(Contains("S-1-5-21-1-2-3-10")));
  EXPECT_THAT(fresh->sids, Contains("S-1-5-21-7-7-7-500"));
  Changes gone;
  gone.removals = {test_id(1)};
  EXPECT_FALSE(refresh_identity(*after->with(gone, 3), identity, 0));
}

TEST(Identity, SidHistoriesCountAndATicketsWordAboutThemDoesNot) {
  auto anna = test_person(1, "anna");
  anna.sid_history = {"S-1-5-21-7-7-7-1001"};
  auto sales = test_group(10, "sales", {test_id(1)});
  sales.sid_history = {"S-1-5-21-7-7-7-2001"};
  const DirectoryCopy before({anna, sales}, 1);
  const std::vector<Sid> ticket = {"S-1-5-21-7-7-7-2001", "S-1-5-21-8-8-8-5"};
  const auto identity = make_identity(before, anna, "anna", ticket);
  EXPECT_THAT(identity.sids,
              ElementsAre("S-1-5-21-1-2-3-1", "S-1-5-21-1-2-3-10", "S-1-5-21-7-7-7-1001",
                          "S-1-5-21-7-7-7-2001", "S-1-5-21-8-8-8-5"));
  EXPECT_THAT(identity.ticket_sids, ElementsAre("S-1-5-21-8-8-8-5"));
  // Out of the group its old SID goes too, whatever the ticket says.
  sales.members.clear();
  Changes changes;
  changes.upserts = {sales};
  const auto fresh = refresh_identity(*before.with(changes, 2), identity, 0);
  ASSERT_TRUE(fresh);
  EXPECT_THAT(fresh->sids,
              ElementsAre("S-1-5-21-1-2-3-1", "S-1-5-21-7-7-7-1001", "S-1-5-21-8-8-8-5"));
}

TEST(Identity, WhatTheTicketSaidEndsWithIt) {
  const DirectoryCopy copy({test_person(1, "anna")}, 1);
  auto identity = make_identity(copy, *copy.find(test_id(1)), "anna", {"S-1-5-21-7-7-7-500"});
  identity.proof = Proof::ticket;
  identity.ticket_ends = 100;
  const auto inside = refresh_identity(copy, identity, 99),
             after = refresh_identity(copy, identity, 100);
  ASSERT_TRUE(inside && after);
  EXPECT_THAT(inside->sids, Contains("S-1-5-21-7-7-7-500"));
  EXPECT_THAT(after->sids, ElementsAre("S-1-5-21-1-2-3-1"));
  EXPECT_EQ(after->proof, Proof::ticket);
}

}  // namespace
}  // namespace kontor::directory
