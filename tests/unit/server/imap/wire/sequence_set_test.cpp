// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/sequence_set.hpp"

#include <gtest/gtest.h>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {
namespace {

SequenceSet parsed(std::string_view text) {
  Lexer lexer(text);
  auto set = lexer.sequence_set();
  EXPECT_TRUE(set && lexer.at_end()) << text;
  return set.value_or(SequenceSet());
}

struct Row {
  std::string_view written;
  std::uint32_t largest;
  std::string_view resolved;
};

TEST(SequenceSet, ResolvesAsTheRfcSays) {
  const Row rows[] = {
      {"2,4:7,9,12:*", 15, "2,4:7,9,12:15"},  // RFC 9051, 9: example
      {"*:4,5:7", 10, "4:10"},                // RFC 9051, 9: example
      {"*", 3, "3"},
      {"*:*", 3, "3"},
      {"5:3", 9, "3:5"},
      {"559:*", 12, "12:559"},  // RFC 9051, 6.4.9: always includes the last
      {"1:*", 0, ""},
      {"*", 0, ""},
      {"1,2,3", 0, "1:3"},
      {"3,1,2,2,1:2", 9, "1:3"},
      {"1:4294967295", 9, "1:4294967295"},
      {"4294967295,4294967294", 9, "4294967294:4294967295"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(resolve_star(parsed(row.written), row.largest).text(), row.resolved) << row.written;
}

TEST(SequenceSet, RefusesWhatIsNoSet) {
  for (const std::string_view text : {"", "0", "1:0", "a", ",1", "1,", "1:", ":1", "1::2", "-1",
                                      "4294967296", "99999999999999999999", "1:*:2", "+1"}) {
    Lexer lexer(text);
    const auto set = lexer.sequence_set();
    EXPECT_FALSE(set && lexer.at_end()) << text;
  }
}

TEST(SequenceSet, KnowsTheSavedResult) {
  EXPECT_TRUE(parsed("$").saved_result);
  Lexer lexer("$");
  EXPECT_FALSE(lexer.uid_set());
}

TEST(SequenceSet, HasABoundedNumberOfRanges) {
  std::string text = "1";
  for (int i = 3; i < 60'000; i += 2) text += "," + std::to_string(i);
  Lexer lexer(text);
  EXPECT_FALSE(lexer.sequence_set());
}

TEST(NumberSet, AddsInAnyOrder) {
  NumberSet set;
  for (const std::uint32_t n : {5U, 6U, 7U, 1U, 3U, 2U, 7U}) set.add(n);
  EXPECT_EQ(set.text(), "1:3,5:7");
  EXPECT_EQ(set.count(), 6U);
  EXPECT_EQ(set.smallest(), 1U);
  EXPECT_EQ(set.largest(), 7U);
}

TEST(NumberSet, ContainsExactlyItsNumbers) {
  const auto set = NumberSet::of({2, 3, 9});
  for (std::uint32_t n = 0; n < 12; ++n)
    EXPECT_EQ(set.contains(n), n == 2 || n == 3 || n == 9) << n;
  EXPECT_FALSE(NumberSet().contains(1));
  EXPECT_EQ(NumberSet({{1, 4'294'967'295U}}).count(), 4'294'967'295U);
}

TEST(NumberSet, Intersects) {
  const NumberSet a({{1, 10}, {20, 30}});
  const NumberSet b({{5, 22}, {30, 40}});
  EXPECT_EQ(a.intersection(b).text(), "5:10,20:22,30");
  EXPECT_TRUE(a.intersection(NumberSet()).empty());
}

TEST(NumberSet, GivesItsLargest) {
  const NumberSet set({{1, 4}, {7, 7}, {10, 4'294'967'295}});
  EXPECT_EQ(set.last(3).text(), "4294967293:4294967295");
  EXPECT_EQ(NumberSet({{1, 4}, {7, 9}}).last(5).text(), "3:4,7:9");
  EXPECT_EQ(NumberSet({{1, 4}, {7, 9}}).last(100).text(), "1:4,7:9");
  EXPECT_TRUE(set.last(0).empty());
}

TEST(UidList, KeepsTheOrder) {
  EXPECT_EQ(uid_list_text({304, 319, 320}), "304,319:320");  // RFC 4315, 3: example
  EXPECT_EQ(uid_list_text({9, 3, 4, 5, 1}), "9,3:5,1");
  EXPECT_EQ(uid_list_text({}), "");
}

}  // namespace
}  // namespace kontor::imap::wire
