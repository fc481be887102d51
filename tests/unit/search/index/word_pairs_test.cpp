// SPDX-License-Identifier: GPL-3.0-or-later
// The bits of pairs of words: none is missed; most others are told apart.
#include "search/index/word_pairs.hpp"

#include <gtest/gtest.h>

#include <random>

namespace kontor::search {
namespace {

class Pairs : public testing::Test {
 protected:
  void add(std::string_view text) {
    pairs_.begin_text();
    analyzer_.analyze(text, {.stems = false, .wholes = false, .names = Names::none},
                      [this](const Token& token) { pairs_.add(token); });
  }
  static bool has(std::string_view bits, std::string_view first, std::string_view second) {
    const std::vector<std::uint64_t> wanted = {pair_of(first, second)};
    return may_have_pairs(bits, wanted);
  }

  Analyzer analyzer_{{"ru", "en"}};
  WordPairs pairs_;
};

TEST_F(Pairs, AreThoseOfWordsNextToEachOther) {
  add("Договор поставки, of the GOODS");
  add("№15 и ещё");
  const auto bits = pairs_.bits();
  EXPECT_TRUE(has(bits, "договор", "поставки"));
  EXPECT_TRUE(has(bits, "поставки", "of"));
  EXPECT_TRUE(has(bits, "the", "goods"));
  EXPECT_TRUE(has(bits, "15", "и"));    // a piece of the run no15
  EXPECT_TRUE(has(bits, "no15", "и"));  // and the run, which stands at the same place
  EXPECT_TRUE(has(bits, "и", "еще"));
}

TEST_F(Pairs, OfManyRandomWordsNoneIsMissedAndMostOthersAreTold) {
  std::mt19937 random(5);
  const auto word = [&random] { return "w" + std::to_string(random() % 2'000); };
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> words(400);
    std::string text;
    for (auto& one : words) text += (one = word()) + ' ';
    pairs_.clear();
    add(text);
    const auto bits = pairs_.bits();
    for (std::size_t i = 1; i < words.size(); ++i)
      EXPECT_TRUE(has(bits, words[i - 1], words[i])) << words[i - 1] << ' ' << words[i];
    int wrong = 0;
    for (int other = 0; other < 1'000; ++other) wrong += has(bits, word(), word()) ? 1 : 0;
    EXPECT_LT(wrong, 600);
    EXPECT_LE(bits.size(), words.size());
  }
}

TEST_F(Pairs, OfNoneOrTooManyNothingIsKnown) {
  EXPECT_TRUE(pairs_.bits().empty());
  EXPECT_TRUE(has("", "any", "thing"));
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i) + ' ';
  add(text);
  EXPECT_TRUE(pairs_.bits().empty());
  pairs_.clear();
  add("one word and another");
  EXPECT_FALSE(pairs_.bits().empty());
}

// What lies on disk is read by later versions.
TEST_F(Pairs, StayWhatTheyAre) {
  EXPECT_EQ(pair_of("договор", "поставки"), 3135422015834463458U);
  EXPECT_NE(pair_of("a", "b"), pair_of("b", "a"));
}

}  // namespace
}  // namespace kontor::search
