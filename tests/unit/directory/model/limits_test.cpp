// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/limits.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

constexpr std::int64_t k_sunday = 1'763'856'000;  // 23 November 2025, 00:00 UTC
constexpr std::int64_t k_hour = 3'600;
constexpr auto k_for_good = std::numeric_limits<std::int64_t>::max();

Principal with_hours(std::string hours) {
  auto person = test_person(1, "anna");
  person.limits.logon_hours = std::move(hours);
  return person;
}

TEST(Limits, LogonHoursCountFromSundayInUtc) {
  std::string hours(21, '\0');
  hours[0] = 0x02;     // Sunday, the second hour
  hours[3] = '\x80';   // Monday, the eighth
  hours[20] = '\x80';  // Saturday, the last
  const auto anna = with_hours(hours);
  const struct {
    std::int64_t hour;
    bool allowed;
  } rows[] = {{0, false},  {1, true},   {2, false},   {24 + 6, false}, {24 + 7, true},
              {32, false}, {167, true}, {168, false}, {169, true},     {-1, true}};
  for (const auto& row : rows) {
    EXPECT_EQ(!obstacle_to(anna, k_sunday + row.hour * k_hour), row.allowed) << row.hour;
    EXPECT_EQ(!obstacle_to(anna, k_sunday + row.hour * k_hour + k_hour - 1), row.allowed);
  }
  EXPECT_EQ(obstacle_to(anna, k_sunday), Obstacle::outside_hours);
  EXPECT_FALSE(obstacle_to(with_hours({}), k_sunday));
}

TEST(Limits, HoursOfAnotherLengthOrAllOfThemAreNone) {
  EXPECT_EQ(logon_hours_of(std::string(21, '\xff')), "");
  EXPECT_EQ(logon_hours_of("short"), "");
  EXPECT_EQ(logon_hours_of(""), "");
  EXPECT_EQ(logon_hours_of(std::string(21, '\0')), std::string(21, '\0'));
}

TEST(Limits, LocksEndWhenTheDomainSays) {
  // FILETIME of 1970-01-01 00:01:40
  constexpr auto k_then = "116444737000000000";
  EXPECT_EQ(locked_until_of(k_then, "-18000000000"), 100 + 1'800);
  EXPECT_EQ(locked_until_of(k_then, "0"), k_for_good);
  EXPECT_EQ(locked_until_of(k_then, ""), k_for_good);
  EXPECT_EQ(locked_until_of(k_then, "-9223372036854775808"), k_for_good);
  EXPECT_EQ(locked_until_of("0", "-18000000000"), std::nullopt);
  EXPECT_EQ(locked_until_of("", "-18000000000"), std::nullopt);
  EXPECT_EQ(locked_until_of("soon", "0"), std::nullopt);
  auto anna = test_person(1, "anna");
  EXPECT_FALSE(is_locked(anna, 100));
  anna.limits.locked_until = 200;
  EXPECT_TRUE(is_locked(anna, 199));
  EXPECT_FALSE(is_locked(anna, 200));
  EXPECT_FALSE(obstacle_to(anna, 100)) << "tickets go on, and open sessions";
}

TEST(Limits, MustChangeUnlessThePasswordCannotBeOutOfDate) {
  EXPECT_TRUE(must_change_password_of("0", 0x200));
  EXPECT_FALSE(must_change_password_of("0", 0x200 | account_control::k_password_never_expires));
  EXPECT_FALSE(must_change_password_of("0", account_control::k_smart_card_required));
  EXPECT_FALSE(must_change_password_of("132223104000000000", 0x200));
  EXPECT_FALSE(must_change_password_of("", 0x200));
}

TEST(Limits, WhatAProofIsGoodFor) {
  auto card = test_person(1, "anna"), change = card, guarded = card;
  card.limits.control = account_control::k_smart_card_required;
  change.limits.must_change_password = true;
  const std::vector<Sid> inside = {"S-1-5-21-1-2-3-1", "S-1-5-21-1-2-3-525"};
  const std::vector<Sid> elsewhere = {"S-1-5-21-1-2-3-1", "S-1-5-21-9-9-9-525"};
  const struct {
    const Principal& who;
    const std::vector<Sid>& sids;
    Proof proof;
    bool app;
    std::optional<Obstacle> obstacle;
  } rows[] = {
      {card, elsewhere, Proof::ticket, false, std::nullopt},
      {card, elsewhere, Proof::password, false, Obstacle::smart_card},
      {card, elsewhere, Proof::ntlm, false, Obstacle::smart_card},
      {card, elsewhere, Proof::password, true, Obstacle::smart_card},
      {change, elsewhere, Proof::ticket, false, std::nullopt},
      {change, elsewhere, Proof::password, false, Obstacle::must_change},
      {change, elsewhere, Proof::ntlm, false, Obstacle::must_change},
      {change, elsewhere, Proof::password, true, std::nullopt},
      {guarded, inside, Proof::ticket, false, std::nullopt},
      {guarded, inside, Proof::password, false, std::nullopt},
      {guarded, inside, Proof::ntlm, false, Obstacle::protected_user},
      {guarded, inside, Proof::password, true, Obstacle::protected_user},
      {guarded, elsewhere, Proof::ntlm, false, std::nullopt},
  };
  for (const auto& row : rows)
    EXPECT_EQ(obstacle_to_proof(row.who, row.sids, row.proof, row.app), row.obstacle);
}

TEST(Limits, EveryObstacleHasItsWords) {
  for (int i = 0; i <= static_cast<int>(Obstacle::locked); ++i) {
    EXPECT_FALSE(refusal_of(static_cast<Obstacle>(i)).empty());
    EXPECT_FALSE(goodbye_of(static_cast<Obstacle>(i)).empty());
  }
}

}  // namespace
}  // namespace kontor::directory
