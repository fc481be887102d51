// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/analyze/needle.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "search/analyze/analyzer.hpp"
#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

// "[" and "]" where a word begins and ends.
std::vector<std::string> runs(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& run : needle_of(text).runs)
    out.push_back((run.begins_word ? "[" : "") + run.text + (run.ends_word ? "]" : ""));
  return out;
}

TEST(Needle, is_cut_into_runs) {
  using testing::ElementsAre;
  EXPECT_THAT(runs("Дог"), ElementsAre("дог"));
  EXPECT_THAT(runs("мой дог"), ElementsAre("мои]", "[дог"));
  EXPECT_THAT(runs(" a-b-c."), ElementsAre("[a]", "[b]", "[c]"));
  EXPECT_THAT(runs("5½x"), ElementsAre("51]", "[2x"));
  EXPECT_THAT(runs("\u0301a\u00AD"), ElementsAre("a"));
  EXPECT_THAT(runs("--"), testing::IsEmpty());
  EXPECT_TRUE(needle_of("дом").exact);
  EXPECT_TRUE(needle_of("мой").exact);
  EXPECT_FALSE(needle_of("ёж").exact);
  EXPECT_FALSE(needle_of("дом.").exact);
  EXPECT_FALSE(needle_of("дом 2").exact);
}

constexpr char32_t k_letters[] = {U'а',   U'и',  U'й',  U'ё',   U'Ё',   0x306, 0x301, 0xAD,
                                  U' ',   U'.',  U'B',  U'b',   U'ß',   U'½',  U'№',  U'İ',
                                  0x3099, U'カ', U'ガ', 0x1100, 0x1161, U'가', 0x345, U'ᾳ',
                                  U'1',   0xE38, 0xE48, 0x94D,  0x93C,  U'一', 0x200D};

std::string random_text(std::mt19937_64& random, unsigned longest) {
  std::string out;
  for (auto left = random() % longest; left > 0; --left)
    append_utf8(out, k_letters[random() % std::size(k_letters)]);
  return out;
}

struct Words {
  std::vector<std::string> all;
  Traits traits;
};
Words words_of(std::string_view text) {
  static Analyzer analyzer({});
  Words words;
  words.traits = analyzer.analyze(text, {.stems = false, .wholes = false}, [&](const Token& token) {
    if (token.kind == TermKind::word) words.all.emplace_back(token.term);
  });
  return words;
}

TEST(Needle, fits_words_of_every_text_that_contains_it) {
  std::mt19937_64 random(7);
  int contained = 0, exact = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto text = random_text(random, 12), sought = random_text(random, 4);
    const bool contains = mime::fold_case(text).contains(mime::fold_case(sought));
    const auto needle = needle_of(sought);
    const auto words = words_of(text);
    if (contains) {
      ++contained;
      for (const auto& run : needle.runs)
        ASSERT_TRUE(std::ranges::any_of(
            words.all, [&](const std::string& word) { return run.fits(fold(word)); }))
            << hex_encode(text) << " " << hex_encode(sought);
    }
    if (!needle.exact || !words.traits.exact) continue;
    ++exact;
    const auto has = [folded = mime::fold_case(sought)](const std::string& word) {
      return mime::fold_case(word).contains(folded);
    };
    ASSERT_EQ(std::ranges::any_of(words.all, has), contains)
        << hex_encode(text) << " " << hex_encode(sought);
  }
  EXPECT_GT(contained, 1'000);
  EXPECT_GT(exact, 1'000);
}

}  // namespace
}  // namespace kontor::search
