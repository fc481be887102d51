// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/managesieve/wire/command.hpp"

#include <gtest/gtest.h>

namespace kontor::managesieve::wire {
namespace {

TEST(ManagesieveLine, HasWordsOfThreeKinds) {
  const auto line = parse_line("havespace  \"a\\\"b\\\\\" 0999\r\n");
  ASSERT_TRUE(line.has_value());
  ASSERT_EQ(line->words.size(), 3U);
  EXPECT_EQ(line->words[0].kind, Word::Kind::atom);
  EXPECT_EQ(line->words[0].text, "HAVESPACE");
  EXPECT_EQ(line->words[1].kind, Word::Kind::string);
  EXPECT_EQ(line->words[1].text, "a\"b\\");
  EXPECT_EQ(line->words[2].number, 999U);
  EXPECT_FALSE(line->literal);
  EXPECT_TRUE(parse_line("\r\n")->words.empty());
}

TEST(ManagesieveLine, MayEndInALiteral) {
  const auto line = parse_line("PUTSCRIPT \"x\" {12+}\n");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->words.size(), 2U);
  EXPECT_EQ(line->literal, 12U);
}

TEST(ManagesieveLine, RefusesWhatIsNone) {
  for (const auto* text : {"X {12}", "X {12+} ", "X {+}", "X {99999999999999999999+}", "X \"a",
                           "X \"a\"b", "X (", "X \"\xff\"", "X 99999999999999999999", "\x01",
                           "X \"a\\", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"}) {
    const auto line = parse_line(text);
    ASSERT_FALSE(line.has_value()) << text;
    EXPECT_EQ(line.error().code(), Errc::bad_input);
  }
}

TEST(ManagesieveString, IsQuotedWhereItCanBe) {
  std::string out;
  append_string(out, "a\"b\\");
  EXPECT_EQ(out, "\"a\\\"b\\\\\"");
  out.clear();
  append_string(out, "a\r\nb");
  EXPECT_EQ(out, "{4}\r\na\r\nb");
  out.clear();
  append_string(out, std::string(2'000, 'x'));
  EXPECT_TRUE(out.starts_with("{2000}\r\n"));
}

}  // namespace
}  // namespace kontor::managesieve::wire
