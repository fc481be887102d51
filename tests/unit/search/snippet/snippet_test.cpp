// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/snippet/snippet.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "base/core/text.hpp"

namespace kontor::search {
namespace {

Analyzer& analyzer() {
  static Analyzer made({"ru", "en"});
  return made;
}

TextQuery leaf(TextOp op, std::string text) {
  TextQuery query;
  query.op = op;
  query.text = std::move(text);
  return query;
}

// With the marks as brackets.
std::string shown(const Snippet& snippet) {
  std::string out = snippet.text;
  for (auto mark = snippet.marks.rbegin(); mark != snippet.marks.rend(); ++mark) {
    out.insert(mark->end, "]");
    out.insert(mark->begin, "[");
  }
  return out;
}

std::string shown(const TextQuery& query, std::string text, std::size_t most = 200) {
  return shown(SnippetMaker(query, analyzer()).of(FieldText{Field::body, std::move(text)}, most));
}

TEST(Snippet, marks_words_in_all_their_forms) {
  EXPECT_EQ(shown(leaf(TextOp::words, "договор елка"), "О договорах\r\n\r\n и ёлке: ДОГОВОР."),
            "О [договорах] и [ёлке]: [ДОГОВОР].");
  EXPECT_EQ(shown(leaf(TextOp::words, "Иванов"), "from Ivanov to him"), "from [Ivanov] to him");
  EXPECT_EQ(shown(leaf(TextOp::words, "ivanov@x.test"), "to ivanov@x.test, x"),
            "to [ivanov]@[x].[test], x");
  EXPECT_EQ(shown(leaf(TextOp::words, "搜索"), "中文搜索"), "中文[搜索]");
  EXPECT_EQ(shown(leaf(TextOp::words, "中文搜索"), "中文搜索"), "[中文搜索]");
  EXPECT_EQ(shown(leaf(TextOp::words, "йод"), "a и\u0306од b"), "a [и\u0306од] b");
}

TEST(Snippet, marks_phrases_beginnings_and_strings) {
  EXPECT_EQ(shown(leaf(TextOp::phrase, "red hot"), "hot red, red hot, red"),
            "hot red, [red] [hot], red");
  EXPECT_EQ(shown(leaf(TextOp::prefix, "big conf"), "Big config conf, con"),
            "[Big] [config] [conf], con");
  EXPECT_EQ(shown(leaf(TextOp::literal, "irector"), "The Director"), "The [Director]");
  EXPECT_EQ(shown(leaf(TextOp::literal, "he dir"), "the, the-director"), "the, [the]-[director]");
  EXPECT_EQ(shown(leaf(TextOp::literal, ".."), "a.. b"), "a.. b");
}

TEST(Snippet, marks_nothing_that_is_excluded_or_of_other_fields) {
  TextQuery query;
  query.children = {leaf(TextOp::words, "one"), leaf(TextOp::none_of, "")};
  query.children[1].children = {leaf(TextOp::words, "two")};
  query.children.push_back(leaf(TextOp::words, "three"));
  query.children[2].fields = fields_of(Field::subject);
  EXPECT_EQ(shown(query, "one two three"), "[one] two three");
}

std::string filler(std::string_view word, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out.append(word).append(" ");
  return out;
}

TEST(Snippet, is_the_piece_with_most_words) {
  const std::string text =
      "alpha " + filler("слово", 200) + "alpha beta " + filler("текст", 200) + "beta";
  EXPECT_EQ(shown(leaf(TextOp::words, "alpha beta"), text, 40),
            "…слово [alpha] [beta] текст текст текст…");
  EXPECT_EQ(shown(leaf(TextOp::words, "nothing"), text, 20), "alpha слово…");
}

TEST(Snippet, is_two_pieces_when_words_stand_apart) {
  const std::string text = "x " + filler("a", 100) + "alpha " + filler("b", 200) + "beta end";
  EXPECT_EQ(shown(leaf(TextOp::words, "beta alpha"), text, 45),
            "…a a [alpha] b b b b b … b b b b b b [beta] end");
}

TEST(Snippet, takes_the_text_that_has_the_words) {
  Document document;
  document.texts = {{Field::subject, "total"},
                    {Field::body, "see the file"},
                    {Field::attachment, "the total is 42"}};
  const auto found = SnippetMaker(leaf(TextOp::words, "total"), analyzer()).of(document, 100);
  EXPECT_EQ(found.field, Field::attachment);
  EXPECT_EQ(shown(found), "the [total] is 42");
  EXPECT_EQ(shown(SnippetMaker(leaf(TextOp::words, "no"), analyzer()).of(document, 100)),
            "see the file");
  EXPECT_EQ(shown(SnippetMaker(TextQuery(), analyzer()).of(Document(), 100)), "");
}

TEST(Snippet, shows_plain_text_alone) {
  EXPECT_EQ(shown(leaf(TextOp::words, "b"), "a\u202E\tb\u2066\x01 c\u00A0\u200Fd"), "a [b] c d");
}

TEST(Snippet, is_never_cut_within_a_character) {
  std::mt19937_64 random(3);
  const std::vector<std::string> pieces = {"и\u0306", "е\u0301", "👩‍💻", "中",
                                           "a",       " ",       "ё",           "\u0301",
                                           "слово",   "\xFF",    "\n",          "👍🏽"};
  for (int i = 0; i < 3'000; ++i) {
    std::string text;
    for (auto left = random() % 60; left > 0; --left) text += pieces[random() % pieces.size()];
    const auto most = random() % 40;
    const auto snippet = SnippetMaker(leaf(TextOp::words, "a слово ё"), analyzer())
                             .of(FieldText{Field::body, text}, most);
    ASSERT_TRUE(is_utf8(snippet.text));
    ASSERT_LE(std::ranges::count_if(snippet.text, [](char c) { return (c & 0xC0) != 0x80; }),
              static_cast<std::ptrdiff_t>(most));
    std::size_t end = 0;
    for (const auto& mark : snippet.marks) {
      ASSERT_TRUE(mark.begin > end || (mark.begin == 0 && end == 0));
      ASSERT_GT(mark.end, mark.begin);
      ASSERT_TRUE(
          is_utf8(std::string_view(snippet.text).substr(mark.begin, mark.end - mark.begin)));
      end = mark.end;
    }
    ASSERT_LE(end, snippet.text.size());
  }
}

TEST(Snippet, is_made_of_texts_without_end) {
  const std::string run(3'000'000, 'x');
  EXPECT_EQ(shown(leaf(TextOp::words, "y"), run, 15), "xxxxxxxxxx…");
  EXPECT_EQ(shown(leaf(TextOp::literal, "xx"), run, 15).size(), 13U);
}

}  // namespace
}  // namespace kontor::search
