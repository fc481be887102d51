// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/mailbox_rules.hpp"

#include <gmock/gmock.h>

#include "base/config/load.hpp"

namespace kontor::config {
namespace {

using ::testing::HasSubstr;

TEST(RetentionRow, IsAFolderAndDays) {
  const auto plain = parse_retention("Deleted Items = 30");
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_EQ(plain->folder, "Deleted Items");
  EXPECT_EQ(plain->days, 30U);
  EXPECT_FALSE(plain->below);
  const auto below = parse_retention("Lists/*=365");
  ASSERT_TRUE(below);
  EXPECT_EQ(below->folder, "Lists");
  EXPECT_TRUE(below->below);
  const auto use = parse_retention("\\trash=7");
  ASSERT_TRUE(use);
  EXPECT_EQ(use->folder, "\\Trash");
  EXPECT_EQ(parse_retention("a=b=9")->folder, "a=b");
}

TEST(RetentionRow, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view row) { return parse_retention(row).error().detail(); };
  EXPECT_THAT(wrong("Trash"), HasSubstr("is not FOLDER=DAYS"));
  EXPECT_THAT(wrong("=30"), HasSubstr("names no folder"));
  EXPECT_THAT(wrong("/*=30"), HasSubstr("names no folder"));
  EXPECT_THAT(wrong("Trash=0"), HasSubstr("from 1 to 36500"));
  EXPECT_THAT(wrong("Trash=soon"), HasSubstr("\"soon\" is not a number of days"));
  EXPECT_THAT(wrong("\\Bin=30"), HasSubstr("\\Junk \\Sent \\Trash"));
}

TEST(PolicyRow, NamesAGroupAndWhatHoldsForIt) {
  const auto all = parse_policy(
      "board@example.test: quota=10G messages=100000 undelete=60 "
      "retention=Deleted Items=30,\\Junk=14");
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->group, "board@example.test");
  EXPECT_EQ(all->quota, std::uint64_t{10} << 30U);
  EXPECT_EQ(all->messages, 100'000U);
  EXPECT_EQ(all->undelete_days, 60U);
  ASSERT_EQ(all->retention->size(), 2U);
  EXPECT_EQ(all->retention->at(0).folder, "Deleted Items");
  EXPECT_EQ(all->retention->at(1).folder, "\\Junk");
  const auto some = parse_policy("a@b.test: quota=none retention=none");
  ASSERT_TRUE(some);
  EXPECT_EQ(some->quota, 0U);
  EXPECT_TRUE(some->retention->empty());
  EXPECT_FALSE(some->messages);
  EXPECT_FALSE(some->undelete_days);
}

TEST(PolicyRow, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view row) { return parse_policy(row).error().detail(); };
  EXPECT_THAT(wrong("quota=10G"), HasSubstr("a group and a colon"));
  EXPECT_THAT(wrong("board: quota=10G"), HasSubstr("\"board\" is not the address of a group"));
  EXPECT_THAT(wrong("a@b.test:"), HasSubstr("nothing stands behind the group"));
  EXPECT_THAT(wrong("a@b.test: qouta=10G"), HasSubstr("\"qouta=10G\" is none of"));
  EXPECT_THAT(wrong("a@b.test: quota=1G quota=2G"), HasSubstr("quota stands there twice"));
  EXPECT_THAT(wrong("a@b.test: undelete=99999"), HasSubstr("from 0 to 3650"));
  EXPECT_THAT(wrong("a@b.test: retention=Trash"), HasSubstr("is not FOLDER=DAYS"));
  EXPECT_THAT(wrong("a@b.test: messages=many"), HasSubstr("\"many\" is not a number"));
}

TEST(CheckSettings, NamesTheWrongRowOfMailboxes) {
  Settings settings;
  settings.store.retention = {"Trash=30", "Junk"};
  settings.store.policies = {"staff@example.test: undelete=5", "staff: undelete=5"};
  const auto sentences = check_settings(settings);
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_THAT(sentences[0], HasSubstr("store.retention: \"Junk\": "));
  EXPECT_THAT(sentences[1], HasSubstr("store.policies: \"staff: undelete=5\": "));
}

}  // namespace
}  // namespace kontor::config
