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

TEST(CheckSettings, NamesTheWrongRowOfMailboxes) {
  Settings settings;
  settings.store.retention = {"Trash=30", "Junk"};
  const auto sentences = check_settings(settings);
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_THAT(sentences[0], HasSubstr("store.retention: \"Junk\": "));
}

}  // namespace
}  // namespace kontor::config
