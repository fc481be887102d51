// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/search_args.hpp"

#include <gtest/gtest.h>

#include <map>

namespace kontor::imap::wire {
namespace {

// The program as text: "both(flag:1 not(header:Subject:x))".
std::string shown(const Search& search, std::uint32_t index) {
  static const std::map<SearchOp, std::string> names{
      {SearchOp::all, "all"},          {SearchOp::none, "none"},
      {SearchOp::both, "both"},        {SearchOp::either, "either"},
      {SearchOp::negated, "not"},      {SearchOp::flag, "flag"},
      {SearchOp::no_flag, "noflag"},   {SearchOp::keyword, "keyword"},
      {SearchOp::numbers, "numbers"},  {SearchOp::uids, "uids"},
      {SearchOp::larger, "larger"},    {SearchOp::smaller, "smaller"},
      {SearchOp::before, "before"},    {SearchOp::on, "on"},
      {SearchOp::since, "since"},      {SearchOp::saved_before, "savedbefore"},
      {SearchOp::saved_on, "savedon"}, {SearchOp::saved_since, "savedsince"},
      {SearchOp::older, "older"},      {SearchOp::younger, "younger"},
      {SearchOp::modseq, "modseq"},    {SearchOp::email, "email"},
      {SearchOp::thread, "thread"},    {SearchOp::sent_before, "sentbefore"},
      {SearchOp::sent_on, "senton"},   {SearchOp::sent_since, "sentsince"},
      {SearchOp::header, "header"},    {SearchOp::body, "body"},
      {SearchOp::text, "text"}};
  const SearchKey& key = search.keys[index];
  std::string out = names.at(key.op);
  if (key.number != 0) out += ":" + std::to_string(key.number);
  if (!key.name.empty()) out += ":" + key.name;
  if (!key.text.empty()) out += ":" + key.text;
  if (key.day != std::chrono::sys_days{})
    out += ":" + std::to_string(key.day.time_since_epoch().count());
  if (key.operands.empty()) return out;
  for (const auto operand : key.operands)
    out += (operand == key.operands.front() ? "(" : " ") + shown(search, operand);
  return out + ")";
}

std::string program(std::string_view text) {
  const auto search = parse_search(text);
  if (!search) return "error: " + search.error().detail();
  return shown(*search, static_cast<std::uint32_t>(search->keys.size() - 1));
}

TEST(ImapSearchArguments, reads_keys) {
  struct Row {
    std::string_view text, program;
  };
  const std::vector<Row> rows{
      {"ALL", "all"},
      {"seen", "flag:1"},
      {"UNSEEN", "noflag:1"},
      {"ANSWERED", "flag:2"},
      {"FLAGGED", "flag:4"},
      {"DELETED", "flag:8"},
      {"UNDRAFT", "noflag:16"},
      {"NEW", "none"},
      {"RECENT", "none"},
      {"OLD", "all"},
      {"KEYWORD $Label1", "keyword:$Label1"},
      {"UNKEYWORD x", "not(keyword:x)"},
      {"1,3:*", "numbers"},
      {"$", "numbers"},
      {"UID 1:*", "uids"},
      {"UID $", "uids"},
      {"LARGER 5", "larger:5"},
      {"SMALLER 4294967296", "smaller:4294967296"},
      {"BEFORE 2-Jan-1970", "before:1"},
      {"ON \"2-Jan-1970\"", "on:1"},
      {"SINCE 02-Jan-1970", "since:1"},
      {"SENTBEFORE 2-Jan-1970", "sentbefore:1"},
      {"SENTON 2-Jan-1970", "senton:1"},
      {"SENTSINCE 2-Jan-1970", "sentsince:1"},
      {"SAVEDBEFORE 2-Jan-1970", "savedbefore:1"},
      {"SAVEDON 2-Jan-1970", "savedon:1"},
      {"SAVEDSINCE 2-Jan-1970", "savedsince:1"},
      {"SAVEDATESUPPORTED", "all"},
      {"OLDER 60", "older:60"},
      {"YOUNGER 60", "younger:60"},
      {"MODSEQ 7", "modseq:7"},
      {"MODSEQ \"/flags/\\\\draft\" all 7", "modseq:7"},
      {"EMAILID M1", "email:M1"},
      {"THREADID T1", "thread:T1"},
      {"FROM x", "header:From:x"},
      {"SUBJECT \"a b\"", "header:Subject:a b"},
      {"TO {1}\r\nx", "header:To:x"},
      {"HEADER X-Y z", "header:X-Y:z"},
      {"HEADER X-Y \"\"", "header:X-Y"},
      {"BODY x", "body:x"},
      {"TEXT x", "text:x"},
      {"NOT SEEN", "not(flag:1)"},
      {"OR SEEN DELETED", "either(flag:1 flag:8)"},
      {"SEEN DELETED", "both(flag:1 flag:8)"},
      {"(SEEN)", "flag:1"},
      {"OR (SEEN DELETED) NOT OR ALL 1", "either(both(flag:1 flag:8) not(either(all numbers)))"},
      {"((SEEN (DELETED)))", "both(flag:1 flag:8)"},
      // RFC 3501, 6.4.4
      {"FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
       "both(flag:4 since:8797 not(header:From:Smith))"},
      {"CHARSET UTF-8 TEXT {12}\r\nПривет", "text:Привет"},
      {"CHARSET koi8-r TEXT {1}\r\n\xA3", "text:ё"},
      {"CHARSET us-ascii TEXT x", "text:x"},
  };
  for (const auto& row : rows) EXPECT_EQ(program(row.text), row.program) << row.text;
}

TEST(ImapSearchArguments, reads_return_options) {
  namespace r = search_return;
  EXPECT_FALSE(parse_search("ALL")->extended);
  EXPECT_EQ(parse_search("RETURN () ALL")->returns, r::all);
  EXPECT_EQ(parse_search("return (min Max COUNT) ALL")->returns, r::min | r::max | r::count);
  EXPECT_EQ(parse_search("RETURN (SAVE) CHARSET UTF-8 ALL")->returns, r::save);
  EXPECT_TRUE(parse_search("MODSEQ 0")->uses_modseq);
  EXPECT_FALSE(parse_search("RETURN (NOPE) ALL"));
  EXPECT_FALSE(parse_search("RETURN (ALL)"));
}

TEST(ImapSearchArguments, reads_fuzzy_keys) {  // RFC 6203, 3
  const auto search = parse_search("FUZZY (SUBJECT \"IMAP break\" OR TO a CC b) FROM c");
  ASSERT_TRUE(search);
  EXPECT_TRUE(search->fuzzy);
  std::string fuzzy;
  for (const auto& key : search->keys)
    if (key.op == SearchOp::header) fuzzy += key.name + (key.fuzzy ? "~ " : " ");
  EXPECT_EQ(fuzzy, "Subject~ To~ Cc~ From ");
  EXPECT_EQ(parse_search("RETURN (RELEVANCY ALL) FUZZY TEXT x")->returns,
            search_return::relevancy | search_return::all);
  EXPECT_FALSE(parse_search("RETURN (RELEVANCY) TEXT x"));  // RFC 6203, 4
  EXPECT_FALSE(parse_search("FUZZY"));
  EXPECT_FALSE(parse_search("FUZZY "));
  EXPECT_TRUE(parse_search("NOT FUZZY FUZZY BODY x"));
}

TEST(ImapSearchArguments, refuses_what_the_grammar_does_not_have) {
  std::string deep, nots, many = "ALL";
  std::string fuzzies;
  for (int i = 0; i < 100; ++i) deep += "(", nots += "NOT ", fuzzies += "FUZZY ";
  for (int i = 0; i < 2'000; ++i) many += " ALL";
  for (const std::string& text : std::vector<std::string>{"",
                                                          " ",
                                                          "NOPE",
                                                          "()",
                                                          "(ALL",
                                                          "ALL)",
                                                          "ALL ",
                                                          "OR ALL",
                                                          "NOT",
                                                          "UID",
                                                          "UID x",
                                                          "KEYWORD",
                                                          "KEYWORD \\Seen",
                                                          "HEADER x",
                                                          "BEFORE",
                                                          "BEFORE 32-Jan-2024",
                                                          "BEFORE 1-Foo-2024",
                                                          "LARGER -1",
                                                          "LARGER x",
                                                          "OLDER 0",
                                                          "YOUNGER x",
                                                          "SUBJECT",
                                                          "MODSEQ \"x\" 1",
                                                          "0",
                                                          "RETURN ALL",
                                                          "CHARSET UTF-8",
                                                          "CHARSET",
                                                          deep + "ALL",
                                                          nots + "ALL",
                                                          fuzzies + "ALL",
                                                          many}) {
    const auto search = parse_search(text);
    ASSERT_FALSE(search) << text;
    EXPECT_EQ(search.error().code(), Errc::bad_input) << text;
  }
  EXPECT_EQ(parse_search("CHARSET x-nope TEXT x").error().code(), Errc::unsupported);
}

}  // namespace
}  // namespace kontor::imap::wire
