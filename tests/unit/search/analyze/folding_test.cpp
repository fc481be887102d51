// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/analyze/folding.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::search {
namespace {

std::string utf8(char32_t code_point) {
  std::string out;
  append_utf8(out, code_point);
  return out;
}

bool is_scalar(char32_t c) { return c < 0xD800 || c > 0xDFFF; }

TEST(Folding, drops_case_accents_and_compatibility_forms) {
  EXPECT_EQ(fold("Hello, World_1"), "hello, world_1");
  EXPECT_EQ(fold("Ёлка и Йод"), "елка и иод");
  EXPECT_EQ(fold("Café Straße"), "cafe strasse");
  EXPECT_EQ(fold("ＡＢＣ ﬁ ㎏ № ½"), "abc fi kg no 1\u20442");
  EXPECT_EQ(fold("до\u00ADго\u200Dвор\u200B"), "договор");
  EXPECT_EQ(fold("ガ"), "カ\u3099");
  EXPECT_EQ(fold("a\xFF"), "a\uFFFD");
}

TEST(Folding, keeps_short_i_in_terms) {
  EXPECT_EQ(fold_term("Йод МОЙ"), "йод мой");
  EXPECT_EQ(fold_term("мои\u0306"), "мой");  // NFD
  EXPECT_EQ(fold_term("а\u0306"), "а");
  EXPECT_EQ(fold_term("\u0306"), "");
  EXPECT_EQ(fold_term("й\u0306"), "й");
  EXPECT_EQ(fold_term("Ёж"), "еж");
}

TEST(Folding, of_every_code_point_is_that_of_its_case_folding) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (!is_scalar(c)) continue;
    const auto source = utf8(c);
    const auto folded = fold(source);
    ASSERT_EQ(fold(mime::fold_case(source)), folded) << unsigned(c);
    ASSERT_EQ(fold(folded), folded) << unsigned(c);
    ASSERT_EQ(fold(fold_term(source)), folded) << unsigned(c);
    if (FoldTable::instance().of(c).exact) {
      ASSERT_EQ(mime::fold_case(fold_term(source)), mime::fold_case(source)) << unsigned(c);
      if (c != U'й' && c != U'Й') {
        ASSERT_EQ(folded, mime::fold_case(source)) << unsigned(c);
      }
    }
  }
}

// Texts of everything there is, with what changes places most.
std::string random_text(std::mt19937_64& random) {
  static constexpr char32_t k_often[] = {U'и',   0x306,  0x301,  0x327, 0x345, U'й',  0xAD,
                                         U' ',   0x3099, 0x5BC,  0xE38, 0x93C, 0x94D, 0x1100,
                                         0x1161, 0x11A8, 0xAC00, U'ß',  0x130, U'½',  0x200D};
  std::string out;
  for (auto left = random() % 12; left > 0; --left) {
    char32_t c = static_cast<char32_t>(random() % 0x110000);
    if (random() % 3 != 0) c = k_often[random() % std::size(k_often)];
    if (is_scalar(c)) append_utf8(out, c);
  }
  return out;
}

TEST(Folding, is_a_homomorphism) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 50'000; ++i) {
    const auto a = random_text(random), b = random_text(random);
    ASSERT_EQ(fold(a + b), fold(a) + fold(b));
    ASSERT_EQ(fold(mime::fold_case(a + b)), fold(a + b)) << hex_encode(a + b);
    ASSERT_EQ(fold(fold_term(a + b)), fold(a + b)) << hex_encode(a + b);
  }
}

}  // namespace
}  // namespace kontor::search
