// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/mbox.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "server/admin/sources/line_ends.hpp"

namespace kontor::admin::sources {
namespace {

std::vector<MboxMessage> split_in_pieces(std::string_view file,
                                         std::size_t piece,
                                         std::uint64_t most = 1'000'000) {
  MboxSplitter splitter(most);
  std::vector<MboxMessage> out;
  for (std::size_t i = 0; i < file.size(); i += piece) splitter.add(file.substr(i, piece));
  splitter.finish();
  while (auto message = splitter.take()) out.push_back(*std::move(message));
  return out;
}

TEST(Mbox, FromLinesBearADate) {
  struct Row {
    std::string_view line;
    std::int64_t seconds;  // -1: begins no message
  };
  const Row rows[] = {
      {"From anna@example.test Fri Jul  8 12:08:34 2011\n", 1'310'126'914},
      {"From anna@example.test Fri Jul  8 12:08:34 2011\r\n", 1'310'126'914},
      {"From - Fri Jul 08 12:08:34 2011", 1'310'126'914},
      {"From MAILER-DAEMON Fri Jul  8 12:08 2011", 1'310'126'880},
      {"From 1234@xxx Fri Jul 08 12:08:34 +0000 2011", 1'310'126'914},
      {"From a@b Fri Jul  8 12:08:34 2011 +0300", 1'310'116'114},
      {"From a@b Fri Jul  8 12:08:34 MSK 2011", 1'310'116'114},
      {"From \"two words\"@b.test Fri Jul  8 12:08:34 2011", 1'310'126'914},
      {"From Fri Jul  8 12:08:34 2011", 1'310'126'914},
      {"From here on nothing is as it was", -1},
      {"From the sun on Fri Jul it goes", -1},
      {"From a@b Fri Jul", -1},
      {"From a@b Fri Jul 8 2011", -1},
      {"From: anna@example.test Fri Jul  8 12:08:34 2011", -1},
      {">From a@b Fri Jul  8 12:08:34 2011", -1},
      {"from a@b Fri Jul  8 12:08:34 2011", -1},
      {"From ", -1},
      {"", -1},
  };
  for (const auto& row : rows) {
    const auto date = from_line_date(row.line);
    EXPECT_EQ(date ? date->time_since_epoch().count() : -1, row.seconds) << row.line;
  }
  EXPECT_FALSE(from_line_date("From " + std::string(2'000, 'x') + " Fri Jul  8 12:08:34 2011"));
}

constexpr std::string_view k_file =
    "From a@b Fri Jul  8 12:08:34 2011\n"
    "Subject: one\n"
    "\n"
    ">From the quoted line\n"
    ">>From twice\n"
    "> From not quoted\n"
    "From here on it is text\n"
    "\n"
    "From c@d Fri Jul  8 12:08:35 2011\r\n"
    "Subject: two\r\n"
    "\r\n"
    "\r\n"
    "last\r\n"
    "\r\n"
    "From e@f Fri Jul  8 12:08:36 2011\n"
    "Subject: three\n"
    "\n"
    "no blank line after this\n"
    "From g@h Fri Jul  8 12:08:37 2011\n"
    "Subject: four\n"
    "\n"
    "no line end";

const std::vector<std::string> k_contents{
    "Subject: one\n\nFrom the quoted line\n>From twice\n> From not quoted\nFrom here on it is "
    "text\n",
    "Subject: two\r\n\r\n\r\nlast\r\n",
    "Subject: three\n\nno blank line after this\n",
    "Subject: four\n\nno line end",
};

TEST(Mbox, EverySplitOfTheFileGivesTheSameMessages) {
  for (std::size_t piece = 1; piece <= k_file.size(); ++piece) {
    const auto messages = split_in_pieces(k_file, piece);
    ASSERT_EQ(messages.size(), k_contents.size()) << piece;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      EXPECT_EQ(messages[i].content, k_contents[i]) << piece;
      EXPECT_EQ(messages[i].date->time_since_epoch().count(),
                1'310'126'914 + static_cast<std::int64_t>(i));
    }
  }
}

TEST(Mbox, WhatStandsBeforeTheFirstMessageIsCounted) {
  MboxSplitter splitter(1'000);
  splitter.add("\n\nnonsense\nFrom a@b Fri Jul  8 12:08:34 2011\n\nx\n");
  splitter.finish();
  EXPECT_EQ(splitter.stray_bytes(), 9U);
  EXPECT_EQ(splitter.take()->content, "\nx\n");
  EXPECT_FALSE(splitter.take());
}

TEST(Mbox, TheFirstLineNeedsNoDate) {
  const auto messages = split_in_pieces("\nFrom somebody\nSubject: x\n\ny\n", 5);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_FALSE(messages[0].date);
  EXPECT_EQ(messages[0].content, "Subject: x\n\ny\n");
}

TEST(Mbox, QuotesOfTheHeaderStay) {
  const auto messages = split_in_pieces("From x\n>From old\nSubject: x\n\n>From new\n", 3);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].content, ">From old\nSubject: x\n\nFrom new\n");
}

TEST(Mbox, ATooLargeMessageIsMeasuredAndNotKept) {
  const std::string from = "From a@b Fri Jul  8 12:08:34 2011\n";
  const std::string large(200'000, 'x');  // one line, longer than any buffer
  const auto file = from + "A: 1\n\n" + large + "\n\n" + from + "B: 2\n\nsmall\n\n";
  for (const std::size_t piece : {std::size_t{7}, std::size_t{65'536}, file.size()}) {
    const auto messages = split_in_pieces(file, piece, 100'000);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_TRUE(messages[0].too_large);
    EXPECT_EQ(messages[0].size, 200'007U);
    EXPECT_TRUE(messages[0].content.empty());
    EXPECT_EQ(messages[1].content, "B: 2\n\nsmall\n");
    const auto whole = split_in_pieces(file, piece);
    EXPECT_EQ(whole.at(0).content, "A: 1\n\n" + large + "\n");
  }
}

TEST(Mbox, EmptyFilesHoldNothing) {
  EXPECT_TRUE(split_in_pieces("", 1).empty());
  EXPECT_TRUE(split_in_pieces("\n\r\n\n", 1).empty());
  const auto empty = split_in_pieces("From a\n\nFrom b Fri Jul  8 12:08:34 2011\n", 4);
  ASSERT_EQ(empty.size(), 2U);
  EXPECT_EQ(empty[0].content, "");
  EXPECT_EQ(empty[1].content, "");
}

TEST(LineEnds, OnlyLfAloneBecomesCrlf) {
  struct Row {
    std::string_view in, out;
  };
  const Row rows[] = {{"", ""},
                      {"a", "a"},
                      {"\n", "\r\n"},
                      {"a\nb\r\nc\rd\n\n", "a\r\nb\r\nc\rd\r\n\r\n"},
                      {"\r\r\n", "\r\r\n"},
                      {"no end\nx", "no end\r\nx"}};
  for (const auto& row : rows) {
    EXPECT_EQ(with_crlf(row.in), row.out);
    EXPECT_EQ(with_crlf(with_crlf(row.in)), row.out);
  }
}

}  // namespace
}  // namespace kontor::admin::sources
