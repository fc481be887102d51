// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/select_args.hpp"

#include <gtest/gtest.h>

#include "server/imap/wire/quota_args.hpp"

namespace kontor::imap::wire {
namespace {

TEST(SelectArguments, reads_what_the_examples_of_rfc_7162_send) {
  const auto plain =
      parse_select("INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))", false);
  ASSERT_TRUE(plain);
  ASSERT_TRUE(plain->resync);
  EXPECT_FALSE(plain->condstore);
  EXPECT_EQ(plain->resync->uid_validity, 67890007U);
  EXPECT_EQ(plain->resync->modseq, 20050715194045000U);
  EXPECT_EQ(plain->resync->known_uids->ranges.size(), 3U);
  EXPECT_FALSE(plain->resync->match);
  const auto matched = parse_select(
      "INBOX (CONDSTORE qresync (67890007 90060115194045000 41:211,214:541 "
      "(1,3,20 41,43,60)))",
      false);
  ASSERT_TRUE(matched);
  EXPECT_TRUE(matched->condstore);
  EXPECT_EQ(matched->resync->match->numbers.ranges.size(), 3U);
  EXPECT_EQ(matched->resync->match->uids.ranges.back().first, 60U);
  const auto alone = parse_select("x (QRESYNC (1 9223372036854775807 (1 5)))", false);
  ASSERT_TRUE(alone);
  EXPECT_FALSE(alone->resync->known_uids);
  EXPECT_TRUE(alone->resync->match);
}

TEST(SelectArguments, refuses_what_the_grammar_does_not_have) {
  for (const auto* text : {"",
                           "INBOX ",
                           "INBOX ()",
                           "INBOX x",
                           "INBOX (QRESYNC)",
                           "INBOX (QRESYNC ())",
                           "INBOX (QRESYNC (1))",
                           "INBOX (QRESYNC (0 1))",
                           "INBOX (QRESYNC (1 0))",
                           "INBOX (QRESYNC (4294967296 1))",
                           "INBOX (QRESYNC (1 9223372036854775808))",
                           "INBOX (QRESYNC (1 1 *))",
                           "INBOX (QRESYNC (1 1 1:*))",
                           "INBOX (QRESYNC (1 1 $))",
                           "INBOX (QRESYNC (1 1 1 (1 *)))",
                           "INBOX (QRESYNC (1 1 1 (1)))",
                           "INBOX (QRESYNC (1 1 1 (1 2) 3))",
                           "INBOX (QRESYNC (1 1 (1 2) 1))",
                           "INBOX (QRESYNC (1 1 ))",
                           "INBOX (QRESYNC (1 1)",
                           "INBOX (QRESYNC (1 1)) x",
                           "INBOX (QRESYNC (1 1) QRESYNC (1 1))",
                           "INBOX (CONDSTORE CONDSTORE)",
                           "INBOX (QRESYNC 1 1)",
                           "INBOX (NIX)"})
    EXPECT_FALSE(parse_select(text, false)) << text;
}

TEST(QuotaArguments, reads_roots_and_limits) {
  EXPECT_EQ(*parse_get_quota("\"\""), "");
  EXPECT_EQ(*parse_get_quota("\"#user/alice\""), "#user/alice");  // RFC 9208, 4.1.1
  EXPECT_EQ(*parse_get_quota("root"), "root");
  const auto set = parse_set_quota("\"\" (storage 512 MESSAGE 9223372036854775807)");
  ASSERT_TRUE(set);
  ASSERT_EQ(set->limits.size(), 2U);
  EXPECT_EQ(set->limits[0].resource, "STORAGE");
  EXPECT_EQ(set->limits[1].limit, 9223372036854775807U);
  EXPECT_TRUE(parse_set_quota("x ()")->limits.empty());
}

TEST(QuotaArguments, refuses_what_the_grammar_does_not_have) {
  std::string many = "x (A 1";
  for (int i = 0; i < 20; ++i) many += " A 1";
  for (const std::string& text : std::vector<std::string>{
           "", "x", "x ", "x (STORAGE)", "x (STORAGE x)", "x (STORAGE -1)", "x (STORAGE 1",
           "x (STORAGE 1) y", "x STORAGE 1", "x (STORAGE 1MESSAGE 1)", "x (1 2)(", many + ")"})
    EXPECT_FALSE(parse_set_quota(text)) << text;
  for (const std::string& text :
       std::vector<std::string>{"", "x y", "(", "\"x", std::string(1'025, 'x')})
    EXPECT_FALSE(parse_get_quota(text)) << text.substr(0, 40);
}

}  // namespace
}  // namespace kontor::imap::wire
