// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/wire/command.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kontor::pop3::wire {
namespace {

using namespace std::string_view_literals;

TEST(Pop3Command, SplitsLines) {
  struct Row {
    std::string_view line, keyword, arguments;
  };
  const Row rows[] = {
      {"NOOP\r\n", "NOOP", ""},
      {"noop\n", "NOOP", ""},
      {"noop", "NOOP", ""},
      {"Retr 1\r\n", "RETR", "1"},
      {"utf8\r\n", "UTF8", ""},
      // RFC 1939, 7: blanks belong to the password
      {"PASS  a b \r\n", "PASS", " a b "},
      {"PASS \r\n", "PASS", ""},
      {"PASS \t\r\n", "PASS", "\t"},
      {"PASS пароль\r\n", "PASS", "пароль"},
      {"TOP 1  2 \r\n", "TOP", "1  2 "},
  };
  for (const auto& row : rows) {
    const auto line = parse_line(row.line);
    ASSERT_TRUE(line) << row.line;
    EXPECT_EQ(line->keyword, row.keyword);
    EXPECT_EQ(line->arguments, row.arguments);
  }
}

TEST(Pop3Command, RefusesWhatIsNoLine) {
  for (const auto line : {""sv, "\r\n"sv, "\n"sv, " NOOP\r\n"sv, "NO\0OP\r\n"sv, "NO\rOP\r\n"sv,
                          "NOOP\r\r\n"sv, "NO\nOP\r\n"sv, "PASS \x1b\r\n"sv, "PASS \x7f\r\n"sv})
    EXPECT_EQ(parse_line(line).error().code(), Errc::bad_input) << line;
}

TEST(Pop3Command, ReadsMessageNumbers) {
  EXPECT_EQ(*parse_message_number("1"), 1U);
  EXPECT_EQ(*parse_message_number(" 0042 "), 42U);
  EXPECT_EQ(*parse_message_number("4294967295"), 4'294'967'295U);
  // More than there can be, however long.
  EXPECT_EQ(*parse_message_number("4294967296"), std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(*parse_message_number(std::string(900, '9')),
            std::numeric_limits<std::uint32_t>::max());
  for (const auto wrong : {"", " ", "0", "000", "-1", "+1", "1.0", "1 2", "x", "1x", "0x1"})
    EXPECT_EQ(parse_message_number(wrong).error().code(), Errc::bad_input) << wrong;
}

TEST(Pop3Command, ReadsTop) {
  const auto top = parse_top("3 10");
  ASSERT_TRUE(top);
  EXPECT_EQ(top->message, 3U);
  EXPECT_EQ(top->lines, 10U);
  EXPECT_EQ(parse_top("1  0")->lines, 0U);
  EXPECT_EQ(parse_top("1 99999999999")->lines, std::numeric_limits<std::uint32_t>::max());
  for (const auto wrong : {"", "1", "1 ", "1 -1", "0 1", "1 x", "x 1", "1 2 3"})
    EXPECT_EQ(parse_top(wrong).error().code(), Errc::bad_input) << wrong;
}

TEST(Pop3Command, ReadsAuth) {
  EXPECT_EQ(parse_auth("plain")->mechanism, "PLAIN");
  EXPECT_FALSE(parse_auth("PLAIN")->response);
  // RFC 5034, 4: "=" is an empty response, not a missing one
  EXPECT_EQ(parse_auth("GSS-SPNEGO =")->response, "");
  EXPECT_EQ(parse_auth("PLAIN AGFubmEAc2VjcmV0")->response, "\0anna\0secret"sv);
  EXPECT_TRUE(parse_auth("ABCDEFGHIJ0123456789"));
  for (const auto wrong : {"", "ABCDEFGHIJ01234567890", "PLÄIN", "PLAIN ?", "PLAIN a",
                           "PLAIN = =", "PLAIN AGFubmEAc2VjcmV0 x", "PLAIN AGFubmEAc2VjcmV0="})
    EXPECT_EQ(parse_auth(wrong).error().code(), Errc::bad_input) << wrong;
}

TEST(Pop3Command, ReadsAuthResponses) {
  EXPECT_EQ(*parse_auth_response("YW5uYQ==\r\n"), "anna");
  EXPECT_EQ(*parse_auth_response("\r\n"), "");
  EXPECT_EQ(parse_auth_response("*\r\n").error().code(), Errc::cancelled);
  for (const auto wrong : {"?\r\n", "YW5uYQ=\r\n", "YW 5uYQ==\r\n", "**\r\n"})
    EXPECT_EQ(parse_auth_response(wrong).error().code(), Errc::bad_input) << wrong;
}

}  // namespace
}  // namespace kontor::pop3::wire
