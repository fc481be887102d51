// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/lexer.hpp"

#include <gtest/gtest.h>

#include "server/imap/wire/command_head.hpp"

namespace kontor::imap::wire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

struct Strings {
  std::string_view wire;
  std::string_view value;
  std::string_view rest;
};

TEST(Lexer, ReadsAstrings) {
  const Strings rows[] = {
      {"abc def", "abc", " def"},
      {"a]b", "a]b", ""},
      {"\"a b\" c", "a b", " c"},
      {"\"\"", "", ""},
      {R"("a\"b\\c")", R"(a"b\c)", ""},
      {"{3}\r\nabc def", "abc", " def"},
      {"{3+}\r\nabc", "abc", ""},
      {"{0}\r\n", "", ""},
      {"{5}\r\na\r\nb) x", "a\r\nb)", " x"},
      {"\"\xD0\xAF\"", "\xD0\xAF", ""},
  };
  for (const auto& row : rows) {
    Lexer lexer(row.wire);
    const auto value = lexer.astring();
    ASSERT_TRUE(value) << row.wire;
    EXPECT_EQ(*value, row.value);
    EXPECT_EQ(lexer.rest(), row.rest);
  }
}

TEST(Lexer, RefusesWrongStrings) {
  for (const auto text : {""sv,
                          " a"sv,
                          "("sv,
                          "\"abc"sv,
                          "\"a\\"sv,
                          R"("a\b")"sv,
                          "\"a\rb\""sv,
                          "\"a\nb\""sv,
                          "\"a\0b\""sv,
                          "{3}\r\nab"sv,
                          "{3}"sv,
                          "{3}abc"sv,
                          "{-1}\r\n"sv,
                          "{a}\r\n"sv,
                          "{}\r\n"sv,
                          "{3}\nabc"sv,
                          "{3}\r\na\0c"sv,
                          "{99999999999999999999}\r\nabc"sv,
                          "{18446744073709551615}\r\nabc"sv,
                          "{9223372036854775807}\r\nabc"sv,
                          "%"sv,
                          "\x7F"sv,
                          "\x80"sv}) {
    Lexer lexer(text);
    EXPECT_FALSE(lexer.astring()) << text;
  }
}

TEST(Lexer, FindsLiteralMarks) {
  struct Row {
    std::string_view line;
    std::uint64_t size;
    bool synchronizing, binary;
    std::size_t begin;
  };
  const Row rows[] = {{"a LOGIN {5}", 5, true, false, 8},
                      {"{10+}", 10, false, false, 0},
                      {"x ~{7}", 7, true, true, 2},
                      {"x ~{7+}", 7, false, true, 2},
                      {"{{3}", 3, true, false, 1}};
  for (const auto& row : rows) {
    const auto mark = literal_mark(row.line);
    ASSERT_TRUE(mark && *mark) << row.line;
    EXPECT_EQ((*mark)->size, row.size);
    EXPECT_EQ((*mark)->synchronizing, row.synchronizing);
    EXPECT_EQ((*mark)->binary, row.binary);
    EXPECT_EQ((*mark)->begin, row.begin);
  }
  for (const auto line : {"", "}", "{}", "{+}", "{-1}", "{5-}", "{ 5}", "{5} ", "5}"}) {
    const auto mark = literal_mark(line);
    EXPECT_TRUE(mark && !*mark) << line;
  }
  EXPECT_FALSE(literal_mark("{18446744073709551616}"));
}

TEST(Lexer, ReadsNumbersInTheirRange) {
  EXPECT_EQ(Lexer("0").number().value_or(1), 0U);
  EXPECT_EQ(Lexer("4294967295").number().value_or(0), 4'294'967'295U);
  EXPECT_FALSE(Lexer("4294967296").number());
  EXPECT_FALSE(Lexer("0").nz_number());
  EXPECT_EQ(Lexer("9223372036854775807").number64().value_or(0), 9'223'372'036'854'775'807ULL);
  EXPECT_FALSE(Lexer("9223372036854775808").number64());
  EXPECT_FALSE(Lexer("").number());
  EXPECT_FALSE(Lexer("x").number());
}

TEST(Lexer, ReadsFlags) {
  Lexer lexer(R"((\Seen \DELETED $Label1 $label1 \Recent NonJunk) x)");
  const auto list = lexer.flag_list();
  ASSERT_TRUE(list);
  EXPECT_EQ(list->system, k_flag_seen | k_flag_deleted);
  EXPECT_EQ(list->keywords, (std::vector<std::string>{"$Label1", "NonJunk"}));
  EXPECT_EQ(lexer.rest(), " x");
  EXPECT_TRUE(Lexer("()").flag_list());
  const auto bare = Lexer(R"(\Flagged a b)").flags();
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->keywords.size(), 2U);
  for (const auto text : {"(\\Seen", "(\\Seen  \\Draft)", "( \\Seen)", "(\\Unknown)", "(\\)",
                          "(a(b))", "\\Seen)", "(\\Seen )"})
    EXPECT_FALSE(Lexer(text).flag_list()) << text;
}

TEST(Lexer, BoundsFlags) {
  EXPECT_FALSE(Lexer("(" + std::string(256, 'k') + ")").flag_list());
  std::string many = "(";
  for (int i = 0; i < 300; ++i) many += (i == 0 ? "k" : " k") + std::to_string(i);
  EXPECT_FALSE(Lexer(many + ")").flag_list());
}

TEST(Lexer, ReadsMailboxNames) {
  EXPECT_EQ(Lexer("iNbOx").mailbox().value_or(""), "INBOX");
  EXPECT_EQ(Lexer("\"inbox/Sub\"").mailbox().value_or(""), "INBOX/Sub");
  EXPECT_EQ(Lexer("inboxes").mailbox().value_or(""), "inboxes");
  EXPECT_EQ(Lexer("&BCQ-").mailbox().value_or(""), "Ф");
  EXPECT_EQ(Lexer("&BCQ-", true).mailbox().value_or(""), "&BCQ-");
  EXPECT_EQ(Lexer("\"Ф\"", true).mailbox().value_or(""), "Ф");
  EXPECT_FALSE(Lexer("a&b").mailbox());
  EXPECT_FALSE(Lexer("\"" + std::string(3'000, 'x') + "\"").mailbox());
  EXPECT_EQ(Lexer("%/*b").list_mailbox().value_or(""), "%/*b");
  EXPECT_EQ(Lexer("\"\"").list_mailbox().value_or("x"), "");
}

std::int64_t seconds(std::string_view text) {
  const auto time = Lexer(text).date_time();
  return time ? time->time_since_epoch().count() : -1;
}

TEST(Lexer, ReadsDates) {
  EXPECT_EQ(seconds("\"17-Jul-1996 02:44:25 -0700\""), 837'596'665);
  EXPECT_EQ(seconds("\" 1-Jan-2026 00:00:00 +0000\""), 1'767'225'600);
  EXPECT_EQ(seconds("\"01-jan-2026 03:00:00 +0300\""), 1'767'225'600);
  EXPECT_EQ(seconds("\"31-Dec-2016 23:59:60 +0000\""), 1'483'228'800);
  for (const auto text : {"17-Jul-1996 02:44:25 -0700", "\"1-Jan-2026 00:00:00 +0000\"",
                          "\"31-Feb-2026 00:00:00 +0000\"", "\"17-Jul-96 02:44:25 -0700\"",
                          "\"17-Jux-1996 02:44:25 -0700\"", "\"17-Jul-1996 24:00:00 -0700\"",
                          "\"17-Jul-1996 02:60:00 -0700\"", "\"17-Jul-1996 02:44:25 0700\"",
                          "\"17-Jul-1996 02:44:25 -2460\"", "\"17-Jul-1996 02:44:25 -0700 \"",
                          "\"17-Jul-1996 02:44 -0700\"", "\"\"", "\"00-Jan-2026 00:00:00 +0000\""})
    EXPECT_FALSE(Lexer(text).date_time()) << text;
  EXPECT_EQ(Lexer("1-Feb-1994").date()->time_since_epoch().count(), 8'797);
  EXPECT_EQ(Lexer("\"01-Feb-1994\"").date()->time_since_epoch().count(), 8'797);
  EXPECT_FALSE(Lexer("1-Feb-1994x").date());
  EXPECT_FALSE(Lexer("29-Feb-2025").date());
}

TEST(Lexer, ReadsNilAndWords) {
  EXPECT_FALSE(Lexer("NIL").nstring()->has_value());
  EXPECT_EQ(Lexer("\"NIL\"").nstring()->value(), "NIL");
  Lexer lexer("return RETURNED");
  EXPECT_TRUE(lexer.accept_word("RETURN"));
  EXPECT_TRUE(lexer.space());
  EXPECT_FALSE(lexer.accept_word("RETURN"));
  EXPECT_EQ(Lexer("BODY[TEXT]").word("[").value_or(""), "BODY");
}

TEST(CommandHead, SplitsTagAndName) {
  const auto head = parse_command_head("a1 uid fetch 1:* FLAGS");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->tag, "a1");
  EXPECT_EQ(head->name, "UID FETCH");
  EXPECT_TRUE(head->by_uid);
  EXPECT_EQ(head->arguments, 13U);
  EXPECT_EQ(parse_command_head("a NOOP")->arguments, 6U);
  EXPECT_EQ(parse_command_head("a")->name, "");
  EXPECT_EQ(parse_command_head("a  NOOP")->name, "");
  EXPECT_EQ(parse_command_head("a UID")->name, "UID");
  for (const auto text : {"", " ", "+ OK", "a+b NOOP", "* NOOP", "\x80 NOOP", "(a NOOP"}) {
    const auto wrong = parse_command_head(text);
    EXPECT_TRUE(!wrong || wrong->name.empty()) << text;
  }
}

}  // namespace
}  // namespace kontor::imap::wire
