// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/parse.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "search/query/print.hpp"

namespace kontor::search {
namespace {

using namespace std::chrono_literals;

// Wednesday.
const UtcSeconds k_now = std::chrono::sys_days(2026y / 3 / 18) + 10h;

QueryTime utc() {
  QueryTime time;
  time.now = k_now;
  return time;
}

std::string canonical(std::string_view text) {
  const auto query = parse_query(text, utc());
  if (!query) return "problem at " + std::to_string(query.error().where.begin);
  return print_query(*query);
}

struct Row {
  std::string_view written;
  std::string_view canonical;
};

class ParseRows : public testing::TestWithParam<Row> {};

TEST_P(ParseRows, ReadsAs) { EXPECT_EQ(canonical(GetParam().written), GetParam().canonical); }

INSTANTIATE_TEST_SUITE_P(
    Language,
    ParseRows,
    testing::Values(
        Row{"договор", "договор"},
        Row{"договор поставки", "договор поставки"},
        Row{"a AND b И c", "a b c"},
        Row{"a OR b c", "a OR b c"},
        Row{"(a OR b) c", "(a OR b) c"},
        Row{"a ИЛИ b", "a OR b"},
        Row{"a или b", "a или b"},
        Row{"-a", "-a"},
        Row{"NOT a НЕ b", "-a -b"},
        Row{"NOT NOT a", "NOT -a"},
        Row{"-(a b)", "-(a b)"},
        Row{"НЕ (a OR b)", "-(a OR b)"},
        Row{"договор - поставка — & срок", "договор поставка срок"},
        Row{"по-русски", "по-русски"},
        Row{"--x", "--x"},
        Row{"NOT --x", "NOT --x"},
        Row{"\"договор поставки\"", "\"договор поставки\""},
        Row{"«договор поставки»", "\"договор поставки\""},
        Row{"„договор“ “срок”", "\"договор\" \"срок\""},
        Row{R"("a \"b\" \\ c")", R"("a \"b\" \\ c")"},
        Row{"догов*", "догов*"},
        Row{"тема:догов*", "subject:догов*"},
        Row{"from:иванов", "from:иванов"},
        Row{"ОТ:Иванов", "from:Иванов"},
        Row{"from: иванов", "from:иванов"},
        Row{"кому:a копия:b тема:c текст:d", "to:a cc:b subject:c body:d"},
        Row{"файл:смета вложение:смета", "file:смета attachment:смета"},
        Row{"from:(иванов OR петров)", "from:иванов OR from:петров"},
        Row{"subject:(a -b to:c)", "subject:a -subject:b to:c"},
        Row{"subject:(a - b)", "subject:a subject:b"},
        Row{"has:attachment", "has:attachment"},
        Row{"есть:вложение это:непрочитанное", "has:attachment is:unread"},
        Row{"is:flagged is:answered is:UNREAD", "is:flagged is:answered is:unread"},
        Row{"есть:удалённое", "is:deleted"},
        Row{"is:forwarded", "keyword:\"$Forwarded\""},
        Row{"kind:event Вид:Письмо -вид:задача", "kind:event kind:mail -kind:task"},
        Row{"kind:(contact OR note) вид:сотрудник", "(kind:contact OR kind:note) kind:person"},
        Row{"in:Sent", "in:\"Sent\""},
        Row{"в:\"Мои проекты/2026\"", "in:\"Мои проекты/2026\""},
        Row{"папка:Отправленные/", "folder:\"Отправленные\""},
        Row{"size>1M", "size>=1048577"},
        Row{"размер>=1,5М размер<10К", "size>=1572864 size<=10239"},
        Row{"size:>100 size:1K..2K", "size>=101 size:1024..2048"},
        Row{"larger:1G smaller:5", "size>=1073741825 size<=4"},
        Row{"метка:Важно list:dev@example.org", "keyword:\"Важно\" list:\"dev@example.org\""},
        Row{"id:<a@b>", "id:\"<a@b>\""},
        Row{"exact:тракт-1", "exact:\"тракт-1\""},
        Row{"€", "\"€\""},
        Row{"http://example.org/a?b", "http://example.org/a?b"},
        Row{"10:30 Re: C:\\a", "10:30 Re: C:\\a"},
        Row{"*", "*"}));

INSTANTIATE_TEST_SUITE_P(
    Times,
    ParseRows,
    testing::Values(Row{"before:2026-03", "before:2026-03-01T00:00:00Z"},
                    Row{"до:2026", "before:2026-01-01T00:00:00Z"},
                    Row{"after:2026-02", "since:2026-03-01T00:00:00Z"},
                    Row{"с:01.02.2026", "since:2026-02-01T00:00:00Z"},
                    Row{"until:2026/03/15", "before:2026-03-16T00:00:00Z"},
                    Row{"date>=2026-03-15", "since:2026-03-15T00:00:00Z"},
                    Row{"date<2026-03-15", "before:2026-03-15T00:00:00Z"},
                    Row{"on:2024-02", "on:2024-02-01T00:00:00Z..2024-02-29T23:59:59Z"},
                    Row{"за:вчера", "on:2026-03-17T00:00:00Z..2026-03-17T23:59:59Z"},
                    Row{"on:last week x", "on:2026-03-09T00:00:00Z..2026-03-15T23:59:59Z x"},
                    Row{"за:прошлый-месяц", "on:2026-02-01T00:00:00Z..2026-02-28T23:59:59Z"},
                    Row{"с:\"этой недели\"", "since:2026-03-16T00:00:00Z"},
                    Row{"since:monday", "since:2026-03-16T00:00:00Z"},
                    Row{"since:wednesday", "since:2026-03-18T00:00:00Z"},
                    Row{"before:yesterday договор", "before:2026-03-17T00:00:00Z договор"},
                    Row{"за:апрель", "on:2025-04-01T00:00:00Z..2025-04-30T23:59:59Z"},
                    Row{"за:март 2024", "on:2024-03-01T00:00:00Z..2024-03-31T23:59:59Z"},
                    Row{"newer:7d", "since:2026-03-11T10:00:00Z"},
                    Row{"старше:2н", "before:2026-03-04T10:00:00Z"},
                    Row{"newer:3h", "since:2026-03-18T07:00:00Z"},
                    Row{"since:1m", "since:2026-02-18T00:00:00Z"},
                    Row{"старше:1г", "before:2025-03-18T10:00:00Z"},
                    Row{"since:2026-03-15T12:30Z", "since:2026-03-15T12:30:00Z"},
                    Row{"on:2026-03-01..2026-03-15",
                        "on:2026-03-01T00:00:00Z..2026-03-15T23:59:59Z"}));

struct Refusal {
  std::string_view written;
  std::size_t begin;
  std::size_t end;
  std::string_view instead;
};

class ParseRefusals : public testing::TestWithParam<Refusal> {};

TEST_P(ParseRefusals, PointsAtThePlace) {
  const auto query = parse_query(GetParam().written, utc());
  ASSERT_FALSE(query.has_value()) << print_query(*query);
  EXPECT_EQ(query.error().where.begin, GetParam().begin);
  EXPECT_EQ(query.error().where.end, GetParam().end);
  EXPECT_EQ(query.error().instead, GetParam().instead);
  EXPECT_TRUE(query.error().english.ends_with('.')) << query.error().english;
  EXPECT_TRUE(query.error().russian.ends_with('.')) << query.error().russian;
}

INSTANTIATE_TEST_SUITE_P(Language,
                         ParseRefusals,
                         testing::Values(Refusal{"", 0, 0, ""},
                                         Refusal{"  -  ", 0, 5, ""},
                                         Refusal{"a form:b", 2, 6, "from"},
                                         Refusal{"тепа:b", 0, 8, "тема"},
                                         Refusal{"zzzzzzzz:b", 0, 8, ""},
                                         Refusal{"a \"b", 2, 4, ""},
                                         Refusal{"(a", 0, 1, ""},
                                         Refusal{"a)", 1, 2, ""},
                                         Refusal{"a ()", 2, 4, ""},
                                         Refusal{"OR a", 0, 3, ""},
                                         Refusal{"a OR", 2, 4, ""},
                                         Refusal{"a OR OR b", 5, 8, ""},
                                         Refusal{"AND a", 0, 4, ""},
                                         Refusal{"a NOT", 2, 5, ""},
                                         Refusal{"from:", 0, 5, ""},
                                         Refusal{"a* b*c", 3, 6, ""},
                                         Refusal{"x *y", 2, 4, ""},
                                         Refusal{"subject:*", 8, 9, ""},
                                         Refusal{"is:unraed", 3, 9, "unread"},
                                         Refusal{"kind:evnet", 5, 10, "event"},
                                         Refusal{"вид:письма", 7, 19, "письмо"},
                                         Refusal{"before:2026-13", 7, 14, ""},
                                         Refusal{"before:31.02.2026", 7, 17, ""},
                                         Refusal{"on:2026-03-15..2026-03-01", 3, 25, ""},
                                         Refusal{"size>x", 5, 6, ""},
                                         Refusal{"size<0", 5, 6, ""},
                                         Refusal{"size:5M..1M", 5, 11, ""},
                                         Refusal{"subject:\"\"", 8, 10, ""},
                                         Refusal{"ab\xFF", 2, 3, ""},
                                         Refusal{"ab\xD0", 2, 3, ""}));

TEST(Parse, KnowsWhereThingsStand) {
  const auto query = parse_query("a from:(b OR c) -d", utc());
  ASSERT_TRUE(query.has_value());
  ASSERT_EQ(query->children.size(), 3);
  EXPECT_EQ(query->children[0].range.begin, 0);
  EXPECT_EQ(query->children[0].range.end, 1);
  EXPECT_EQ(query->children[1].range.begin, 2);
  EXPECT_EQ(query->children[1].range.end, 15);
  EXPECT_EQ(query->children[2].range.begin, 16);
  EXPECT_EQ(query->children[2].range.end, 18);
}

TEST(Parse, LocalDaysAreThoseOfTheZone) {
  auto time = utc();
  time.begin_of = [](std::chrono::sys_days day) { return UtcSeconds(day) - 3h; };
  time.day_at = [](UtcSeconds at) { return std::chrono::floor<std::chrono::days>(at + 3h); };
  const auto query = parse_query("on:2026-03-15", time);
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(print_query(*query), "on:2026-03-14T21:00:00Z..2026-03-15T20:59:59Z");
}

TEST(Parse, RefusesTenThousandTermsAndDepth) {
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "a ";
  const auto terms = parse_query(many, utc());
  ASSERT_FALSE(terms.has_value());
  EXPECT_NE(terms.error().english.find("256"), std::string::npos);
  EXPECT_EQ(terms.error().where.begin, 512);
  EXPECT_FALSE(parse_query('"' + many.substr(0, 900) + '"', utc()).has_value());
  EXPECT_FALSE(parse_query(std::string(70'000, 'a'), utc()).has_value());
  EXPECT_FALSE(parse_query(std::string(2'000, 'a'), utc()).has_value());
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "a" + std::string(depth, ')');
  };
  EXPECT_TRUE(parse_query(nested(32), utc()).has_value());
  EXPECT_FALSE(parse_query(nested(33), utc()).has_value());
  EXPECT_FALSE(parse_query(std::string(60'000, '('), utc()).has_value());
  std::string nots;
  for (int i = 0; i < 10'000; ++i) nots += "NOT ";
  EXPECT_FALSE(parse_query(nots + "a", utc()).has_value());
}

// Whatever is accepted reads the same from its own print; whatever is refused says where.
TEST(Parse, PrintedQueriesReadTheSame) {
  constexpr auto k_pieces = std::to_array<std::string_view>(
      {"a",       "договор", "-",       "NOT ",  " OR ",   " AND ", "ИЛИ",  "(",        ")",
       "\"",      "«",       "»",       "from:", "тема:",  "in:",   "is:",  "unread",   "size>",
       "1M",      "before:", "2026-03", "7d",    "вчера",  "last",  "week", "has:",     "вложение",
       "*",       " ",       "\\",      "\n",    "exact:", "€",     "..",   "keyword:", "Re:",
       "http://", "id:",     "<x@y>",   "list:", "--",     "&",     "№",    "date<=",   "\xFF"});
  std::mt19937 random(7);
  std::uniform_int_distribution<std::size_t> piece(0, k_pieces.size() - 1);
  std::uniform_int_distribution<int> length(1, 12);
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text;
    for (int n = length(random); n > 0; --n) text += k_pieces[piece(random)];
    const auto query = parse_query(text, utc());
    if (!query) {
      EXPECT_LE(query.error().where.begin, query.error().where.end) << text;
      EXPECT_LE(query.error().where.end, text.size()) << text;
      continue;
    }
    ++accepted;
    const auto printed = print_query(*query);
    const auto again = parse_query(printed, utc());
    ASSERT_TRUE(again.has_value()) << text << " -> " << printed << ": " << again.error().english;
    ASSERT_EQ(*again, *query) << text << " -> " << printed << " -> " << print_query(*again);
  }
  EXPECT_GT(accepted, 5'000);
}

TEST(Query, TextsAloneAreAskedOfTheIndex) {
  const auto texts = parse_query("a (b OR \"c d\") -has:attachment", utc());
  ASSERT_TRUE(texts.has_value());
  const auto asked = as_text(*texts);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked->op, TextOp::all);
  ASSERT_EQ(asked->children.size(), 3);
  EXPECT_EQ(asked->children[1].op, TextOp::any);
  EXPECT_EQ(asked->children[2].op, TextOp::none_of);
  const auto mixed = parse_query("a in:Sent -b", utc());
  ASSERT_TRUE(mixed.has_value());
  EXPECT_FALSE(as_text(*mixed).has_value());
  const auto wanted = wanted_texts(*mixed);
  ASSERT_EQ(wanted.children.size(), 1);
  EXPECT_EQ(wanted.children[0].text, "a");
}

}  // namespace
}  // namespace kontor::search
