// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/rooms.hpp"

#include <gtest/gtest.h>

#include "tests/unit/directory/model/people.hpp"

namespace kontor::scheduling {
namespace {

using calendar::BookingReason;
using directory::test_group;
using directory::test_id;
using directory::test_person;

config::PolicyValues values_of(const std::string& text) {
  config::PolicyValues out;
  const auto rule = config::parse_policy_values(text);
  EXPECT_TRUE(rule) << text;
  if (rule)
    for (const auto& [name, value] : rule->values) config::apply_policy_value(name, value, out);
  return out;
}

TEST(Rooms, PolicySaysHowTheyAreBooked) {
  const auto plain = booking_policy(config::PolicyValues());
  EXPECT_TRUE(plain.auto_accept);
  EXPECT_FALSE(plain.allow_conflicts);
  EXPECT_EQ(plain.horizon, std::chrono::days(180));
  EXPECT_EQ(plain.longest, std::chrono::hours(24));
  const auto said = booking_policy(values_of(
      "booking=ask booking_days=30 booking_minutes=none booking_conflicts=none booking_series=no "
      "capacity=12"));
  EXPECT_FALSE(said.auto_accept);
  EXPECT_FALSE(said.allow_recurring);
  EXPECT_EQ(said.horizon, std::chrono::days(30));
  EXPECT_EQ(said.longest, std::chrono::seconds(0));
  EXPECT_EQ(said.most_conflicts, 0U);
  EXPECT_EQ(said.capacity, 12U);
  EXPECT_TRUE(booking_policy(values_of("booking=open")).allow_conflicts);
  for (const auto* bad : {"booking=maybe", "booking_days=0", "booking_by=someone", "capacity=-1",
                          "booking_series=often"})
    EXPECT_FALSE(config::parse_policy_values(bad)) << bad;
}

TEST(Rooms, GroupsAndPeopleMayBook) {
  auto inner = test_group(11, "inner", {test_id(1)});
  const auto outer = test_group(10, "outer", {test_id(11)});
  inner.netbios_domain = "EXAMPLE";
  const directory::DirectoryCopy copy(
      {test_person(1, "anna"), test_person(2, "boris"), outer, inner}, 1);
  const auto anna = copy.find(test_id(1)), boris = copy.find(test_id(2));
  const config::PolicyValues everybody;
  EXPECT_TRUE(may_book(copy, everybody, boris.get()));
  EXPECT_FALSE(may_book(copy, everybody, nullptr));  // somebody from outside
  const auto nested = values_of("booking_by=outer@example.test");
  EXPECT_TRUE(may_book(copy, nested, anna.get()));
  EXPECT_FALSE(may_book(copy, nested, boris.get()));
  const auto several = values_of("booking_by=EXAMPLE\\inner, boris@example.test");
  EXPECT_TRUE(may_book(copy, several, anna.get()));
  EXPECT_TRUE(may_book(copy, several, boris.get()));
  EXPECT_FALSE(may_book(copy, values_of("booking_by=nobody@example.test"), anna.get()));
}

TEST(Rooms, TheReasonIsSaidInBothLanguages) {
  calendar::BookingDecision decision{
      .partstat = "DECLINED", .reason = BookingReason::too_many_people, .declined = {}};
  calendar::BookingPolicy policy;
  policy.capacity = 12;
  EXPECT_EQ(reason_text(decision, policy, {"en", "ru"}),
            "It holds 12 people. / Вмещает человек: 12.");
  EXPECT_EQ(reason_text(decision, policy, {"ru"}), "Вмещает человек: 12.");
  decision = {.partstat = "ACCEPTED", .reason = BookingReason::conflict, .declined = {}};
  decision.declined.resize(2);
  EXPECT_EQ(reason_text(decision, policy, {"en"}), "It is taken at 2 of these times.");
  decision = {.partstat = "ACCEPTED", .reason = BookingReason::none, .declined = {}};
  EXPECT_EQ(reason_text(decision, policy, {"en", "ru"}), "");
}

}  // namespace
}  // namespace kontor::scheduling
