// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/match.hpp"

#include <gtest/gtest.h>

namespace kontor::sieve {
namespace {

bool matches(std::string_view value,
             std::string_view key,
             Comparator comparator = Comparator::ascii_casemap,
             std::vector<std::string>* captures = nullptr) {
  Steps steps(1'000'000);
  return compare({comparator, MatchType::matches, Relation::eq}, value, key, steps, captures);
}

bool relates(Relation relation, std::string_view value, std::string_view key) {
  Steps steps(1'000'000);
  return compare({Comparator::ascii_numeric, MatchType::value, relation}, value, key, steps);
}

TEST(SieveMatch, Wildcards) {
  EXPECT_TRUE(matches("frop", "f*p"));
  EXPECT_TRUE(matches("", "*"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "?"));
  EXPECT_TRUE(matches("ABC", "a?c"));
  EXPECT_FALSE(matches("ABC", "a?c", Comparator::octet));
  EXPECT_TRUE(matches("a*c", "a\\*c"));
  EXPECT_FALSE(matches("abc", "a\\*c"));
  EXPECT_TRUE(matches("aXbXc", "*X*X*"));
  EXPECT_FALSE(matches("aXb", "*X*X*"));
  EXPECT_TRUE(matches("мир", "м?р"));
  EXPECT_FALSE(matches("мир", "м?р", Comparator::octet));
  EXPECT_TRUE(matches("мир", "м??р", Comparator::octet));
  EXPECT_FALSE(matches("МИР", "м*р"));
  EXPECT_TRUE(matches("МИР", "м*р", Comparator::unicode_casemap));
}

TEST(SieveMatch, CapturesTheLeastFromTheLeft) {
  std::vector<std::string> captures;
  // RFC 5229, 3.2
  ASSERT_TRUE(matches("[acme-users] [fwd]: version 1.0 is out", "[*] *", Comparator::ascii_casemap,
                      &captures));
  EXPECT_EQ(captures, (std::vector<std::string>{"[acme-users] [fwd]: version 1.0 is out",
                                                "acme-users", "[fwd]: version 1.0 is out"}));
  ASSERT_TRUE(matches("abcXabdXY", "*X*?Y", Comparator::octet, &captures));
  EXPECT_EQ(captures, (std::vector<std::string>{"abcXabdXY", "abc", "abd", "X"}));
  ASSERT_TRUE(matches("МИР и труд", "м*р*", Comparator::unicode_casemap, &captures));
  EXPECT_EQ(captures, (std::vector<std::string>{"МИР и труд", "И", " и труд"}));
  // A "*" ends between characters.
  ASSERT_TRUE(matches("ая", "*?", Comparator::ascii_casemap, &captures));
  EXPECT_EQ(captures, (std::vector<std::string>{"ая", "а", "я"}));
}

TEST(SieveMatch, Numbers) {
  // RFC 4790, 9.1.1
  EXPECT_TRUE(relates(Relation::eq, "007", "7"));
  EXPECT_TRUE(relates(Relation::eq, "7 days", "7"));
  EXPECT_TRUE(relates(Relation::lt, "99999999999999999998", "99999999999999999999"));
  EXPECT_TRUE(relates(Relation::gt, "none", "99999999999999999999"));
  EXPECT_TRUE(relates(Relation::eq, "none", ""));
  EXPECT_TRUE(relates(Relation::ne, "1", "2"));
  EXPECT_TRUE(relates(Relation::ge, "2", "2"));
  EXPECT_TRUE(relates(Relation::le, "2", "2"));
}

TEST(SieveMatch, PatternsEndByTheirSteps) {
  Steps steps(100'000);
  const std::string value(20'000, 'a');
  const auto pattern = '*' + std::string(10'000, 'a') + 'b';
  EXPECT_FALSE(
      compare({Comparator::octet, MatchType::matches, Relation::eq}, value, pattern, steps));
  EXPECT_TRUE(steps.is_over());
  EXPECT_FALSE(compare({}, "a", "a", steps));
}

}  // namespace
}  // namespace kontor::sieve
