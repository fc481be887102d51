// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/append_args.hpp"

#include <gtest/gtest.h>

namespace kontor::imap::wire {
namespace {

TEST(AppendArgs, KnowsWhichLiteralIsAMessage) {
  EXPECT_FALSE(ends_with_message("{5}"));
  EXPECT_TRUE(ends_with_message("INBOX {5}"));
  EXPECT_TRUE(ends_with_message("INBOX CATENATE (URL {5}"));
  EXPECT_TRUE(ends_with_message("4 {5}"));
  EXPECT_FALSE(ends_with_message("4 {5}", true));
  EXPECT_FALSE(ends_with_message("{1}", true));
  EXPECT_TRUE(ends_with_message("4 Drafts {5}", true));
  EXPECT_TRUE(ends_with_message("* {6}\r\nDrafts {5}", true));
}

TEST(AppendArgs, Replace) {
  const auto replace = parse_replace_head("4 Drafts (\\Seen \\Draft) {312}", false);
  ASSERT_TRUE(replace);
  EXPECT_EQ(replace->old.ranges.front(), (NumberRange{4, 4}));
  EXPECT_EQ(replace->head.mailbox, "Drafts");
  EXPECT_EQ(replace->head.message.literal.size, 312U);
  EXPECT_TRUE(parse_replace_head("* Drafts {1}", false)->old.has_star());
  for (const auto text : {"", "4", "4 ", "4 Drafts", "0 Drafts {1}", "1:2 Drafts {1}",
                          "1,2 Drafts {1}", "$ Drafts {1}", "Drafts {1}", "4 Drafts {1} {2}"})
    EXPECT_FALSE(parse_replace_head(text, false)) << text;
}

TEST(AppendArgs, FormsOfAMessage) {
  const std::string text = "Drafts (\\Draft) CATENATE (URL \"/I/;UID=1\" TEXT {42}";
  const auto head = parse_append_head(text, false);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->message.form, AppendForm::catenate);
  EXPECT_EQ(text.substr(head->message.parts), "URL \"/I/;UID=1\" TEXT {42}");
  const auto utf8 = parse_append_head("Drafts UTF8 (~{7+}", false);
  ASSERT_TRUE(utf8);
  EXPECT_EQ(utf8->message.form, AppendForm::utf8);
  EXPECT_EQ(utf8->message.literal.size, 7U);
  for (const auto bad : {"Drafts UTF8 ({7}", "Drafts UTF8 ~{7}", "Drafts CATENATE URL x"})
    EXPECT_FALSE(parse_append_head(bad, false)) << bad;
}

TEST(AppendArgs, PartsOfCatenate) {
  const auto open = parse_cat_parts("URL \"/I/;UID=1\" url /J/;UID=2 TEXT {42}", true);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->parts.size(), 3U);
  EXPECT_TRUE(open->open);
  EXPECT_EQ(open->parts[0].url, "/I/;UID=1");
  EXPECT_EQ(open->parts[1].url, "/J/;UID=2");
  EXPECT_TRUE(open->parts[2].is_text);
  EXPECT_EQ(open->parts[2].literal->size, 42U);
  const std::string line = " URL x) {5}";
  const auto closed = parse_cat_parts(line, false);
  ASSERT_TRUE(closed);
  EXPECT_FALSE(closed->open);
  EXPECT_EQ(line.substr(closed->rest), " {5}");
  EXPECT_EQ(parse_cat_parts(")", false)->rest, 1U);
  EXPECT_FALSE(parse_cat_parts("URL {5+}", true)->parts.front().is_text);
  for (const auto bad : {"", ")", "URL", "URL ", "TEXT x)", "TEXT \"x\")", " URL x)", "URL x"})
    EXPECT_FALSE(parse_cat_parts(bad, true)) << bad;
  for (const auto bad : {"", "URL x)", "  URL x)", " TEXT {5"})
    EXPECT_FALSE(parse_cat_parts(bad, false)) << bad;
}

}  // namespace
}  // namespace kontor::imap::wire
