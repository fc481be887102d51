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

}  // namespace
}  // namespace kontor::directory
