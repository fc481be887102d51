// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/analyze/analyzer.hpp"

#include <gmock/gmock.h>

namespace kontor::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analyzer& analyzer() {
  static Analyzer made({"ru", "english"});
  return made;
}

// "position:term" of one kind.
std::vector<std::string> told(std::string_view text, TermKind kind, Names names = Names::none) {
  std::vector<std::string> out;
  Wanted wanted;
  wanted.names = names;
  analyzer().analyze(text, wanted, [&](const Token& token) {
    EXPECT_LE(token.begin, token.end);
    EXPECT_LE(token.end, text.size());
    if (token.kind != kind) return;
    out.push_back(std::to_string(token.position) + ":" + std::string(token.term));
  });
  return out;
}
auto words(std::string_view text) { return told(text, TermKind::word); }
auto pieces(std::string_view text) { return told(text, TermKind::piece); }
auto stems(std::string_view text) { return told(text, TermKind::stem); }
auto wholes(std::string_view text) { return told(text, TermKind::whole); }

TEST(Analyzer, tells_runs_of_letters_and_digits) {
  EXPECT_THAT(words("Hello, Мир! x2"), ElementsAre("0:hello", "1:мир", "2:x2"));
  EXPECT_THAT(words("Ёлка\nмой мои\u0306"), ElementsAre("0:елка", "1:мой", "2:мой"));
  EXPECT_THAT(words("до\u00ADго\u00ADвор"), ElementsAre("0:договор"));
  EXPECT_THAT(words("👩‍💻 a❤️b"), ElementsAre("0:a", "1:b"));
  EXPECT_THAT(words("5½ \xD0"), ElementsAre("0:51", "1:2"));
  EXPECT_THAT(words(""), IsEmpty());
  EXPECT_THAT(words(" .,;\u0301"), IsEmpty());
  EXPECT_THAT(words(std::string_view("a\0b", 3)), ElementsAre("0:a", "1:b"));
}

TEST(Analyzer, tells_stems_by_script) {
  EXPECT_THAT(stems("договоры running 42 X1"), ElementsAre("0:договор", "1:run"));
  EXPECT_THAT(stems("письмо письма"), ElementsAre("0:письм", "1:письм"));
  Analyzer both({"en", "de"});
  std::vector<std::string> found;
  both.analyze("Häuser", {}, [&](const Token& token) {
    if (token.kind == TermKind::stem) found.emplace_back(token.term);
  });
  EXPECT_THAT(found, ElementsAre("hauser", "haus"));
}

TEST(Analyzer, tells_what_signs_join_as_a_whole) {
  EXPECT_THAT(wholes("АБ-123/45, GOST-R 50.1."), ElementsAre("0:аб-123/45", "3:gost-r", "5:50.1"));
  EXPECT_THAT(wholes("ivanov@mail.example.com"),
              ElementsAre("1:mail.example.com", "0:ivanov@mail.example.com"));
  EXPECT_THAT(wholes("see https://example.com/a/b?x=1 now"),
              ElementsAre("2:example.com", "2:example.com/a/b"));
  EXPECT_THAT(wholes("1,234 one,two a - b - c"), ElementsAre("0:1,234"));
  EXPECT_THAT(wholes("DOMAIN\\user don’t"), ElementsAre("0:domain\\user", "2:don't"));
}

TEST(Analyzer, cuts_scripts_without_spaces) {
  EXPECT_THAT(words("中文搜索 ok"), ElementsAre("0:中文搜索", "2:ok"));
  EXPECT_THAT(pieces("中文搜索 ok"), ElementsAre("0:中文", "1:搜索"));
  EXPECT_THAT(words("iPhone手机"), ElementsAre("0:iphone手机"));
  EXPECT_THAT(pieces("iPhone手机"), ElementsAre("0:iphone", "1:手机"));
  EXPECT_THAT(pieces("ภาษาไทย"), ElementsAre("0:ภาษา", "1:ไทย"));
  EXPECT_THAT(pieces("東京"), IsEmpty());  // the run itself
}

TEST(Analyzer, tells_what_stands_beside_a_sign_that_is_spelled_out) {
  EXPECT_THAT(words("Счёт №123 от"), ElementsAre("0:счет", "1:no123", "2:от"));
  EXPECT_THAT(pieces("Счёт №123 от"), ElementsAre("1:123"));
  EXPECT_THAT(pieces("Windows™"), ElementsAre("0:windows"));
  EXPECT_THAT(pieces("м²"), IsEmpty());
}

TEST(Analyzer, tells_names_where_they_are_wanted) {
  EXPECT_THAT(told("Иванов пришёл", TermKind::name, Names::capitalised), ElementsAre("0:c:ivanov"));
  EXPECT_THAT(told("to ivan.petrov@x.test", TermKind::name, Names::capitalised),
              ElementsAre("1:l:ivan", "2:l:petrov", "4:l:test"));
  EXPECT_THAT(told("dogovor", TermKind::name, Names::every), ElementsAre("0:l:dogovor"));
  EXPECT_THAT(told("Natal'ya", TermKind::name, Names::capitalised),
              ElementsAre("0:l:natal", "0:l:natalia"));
}

TEST(Analyzer, tells_ranges_of_the_source) {
  const std::string text = "«Ёлки» мои\u0306 а\u0301-б";
  std::vector<std::string> ranges;
  analyzer().analyze(text, {.stems = false}, [&](const Token& token) {
    ranges.push_back(text.substr(token.begin, token.end - token.begin));
  });
  EXPECT_THAT(ranges, ElementsAre("Ёлки", "мои\u0306", "а\u0301", "б", "а\u0301-б"));
}

TEST(Analyzer, says_what_it_saw) {
  const auto traits = [](std::string_view text) {
    return analyzer().analyze(text, {}, [](const Token&) {});
  };
  EXPECT_TRUE(traits("Мой дом, my home").exact);
  EXPECT_TRUE(traits("мои\u0306").exact);
  EXPECT_FALSE(traits("ёж").exact);
  EXPECT_FALSE(traits("café").exact);
  EXPECT_TRUE(traits("漢").unspaced);
  EXPECT_FALSE(traits("дом").unspaced);
  EXPECT_EQ(traits("a b №1 中文搜索").positions, 5U);
  EXPECT_EQ(traits(std::string(1'000'000, 'x') + " y").longest_run, 1'000'000U);
}

TEST(Analyzer, finds_the_words_of_a_query) {
  const auto found = analyzer().query_words("Договоры ivanov@x.test интернет-магазин №5");
  ASSERT_EQ(found.size(), 5U);
  EXPECT_THAT(found[0].terms, ElementsAre("договоры"));
  EXPECT_THAT(found[0].stems, ElementsAre("договор"));
  EXPECT_THAT(found[0].names, ElementsAre("l:dogovori"));
  EXPECT_THAT(found[1].terms, ElementsAre("ivanov", "x", "test"));
  EXPECT_EQ(found[1].whole, "ivanov@x.test");
  EXPECT_THAT(found[1].stems, IsEmpty());
  EXPECT_THAT(found[1].names, IsEmpty());
  EXPECT_THAT(found[2].terms, ElementsAre("интернет"));
  EXPECT_THAT(found[3].stems, ElementsAre("магазин"));
  EXPECT_THAT(found[4].terms, ElementsAre("5"));
  EXPECT_EQ(found[4].run, "no5");
  EXPECT_THAT(analyzer().query_words("Il'in")[0].names, ElementsAre("c:ilin"));
  EXPECT_THAT(analyzer().query_words("中文搜索")[0].terms, ElementsAre("中文", "搜索"));
  EXPECT_THAT(analyzer().query_words(" -- "), IsEmpty());
}

TEST(Analyzer, has_bounds) {
  std::string chain;
  for (int i = 0; i < 100'000; ++i) chain += "a.";
  EXPECT_THAT(wholes(chain), IsEmpty());
  EXPECT_EQ(words(chain).size(), 100'000U);
  EXPECT_THAT(wholes("example.com/" + std::string(300, 'x')), ElementsAre("0:example.com"));
  std::string han;
  for (int i = 0; i < 100'000; ++i) han += "中";
  EXPECT_GT(pieces(han).size(), 1'000U);
}

}  // namespace
}  // namespace kontor::search
