// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/text_packing.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace kontor::search {
namespace {

// Of the same 500 words.
std::vector<std::string> texts_alike(std::size_t count) {
  std::mt19937 random(3);
  std::vector<std::string> words(500);
  for (auto& word : words)
    for (int letter = 0; letter < 9; ++letter)
      word.push_back(static_cast<char>('a' + random() % 26));
  std::vector<std::string> out(count);
  for (auto& text : out)
    for (int word = 0; word < 300; ++word) text += words[random() % words.size()] + ' ';
  return out;
}

DictionaryPtr dictionary_of(std::uint64_t number) {
  auto bytes = make_dictionary(texts_alike(200));
  EXPECT_TRUE(bytes.has_value());
  return std::make_shared<const TextDictionary>(number, std::move(*bytes));
}

TEST(TextPacking, WhatIsUnpackedIsWhatWasPacked) {
  const auto dictionary = dictionary_of(7);
  const Dictionaries there = {{7, dictionary}};
  const std::vector<std::string> samples = {"", "x", texts_alike(1)[0],
                                            std::string(5U << 20U, 'z')};
  TextUnpacker unpacker;
  for (const auto& with : {DictionaryPtr(), dictionary}) {
    TextPacker packer(with);
    for (const auto& sample : samples)
      for (const auto& bits : {std::string(), std::string("bits"), std::string(300, '\xff')}) {
        const auto data = packer.pack(sample, bits);
        const auto packed = parse_packed(data);
        ASSERT_TRUE(packed.has_value());
        EXPECT_EQ(packed->dictionary, with ? 7 : 0);
        EXPECT_EQ(packed->pair_bits, bits);
        EXPECT_EQ(unpacker.unpack(*packed, there).value_or("damaged"), sample);
      }
  }
}

TEST(TextPacking, ADictionaryMakesTextsThatAreAlikeSmaller) {
  const auto text = texts_alike(1)[0];
  const auto without = TextPacker(nullptr).pack(text, "").size();
  EXPECT_LT(TextPacker(dictionary_of(1)).pack(text, "").size() * 10, without * 9);
}

TEST(TextPacking, OfFewTextsThereIsNoDictionary) {
  EXPECT_FALSE(make_dictionary({}).has_value());
  EXPECT_FALSE(make_dictionary(texts_alike(10)).has_value());
  EXPECT_FALSE(make_dictionary(std::vector<std::string>(500, "short")).has_value());
}

TEST(TextPacking, DamageIsNoticedOrGivesOtherTexts) {
  const auto dictionary = dictionary_of(1);
  const Dictionaries there = {{1, dictionary}};
  const auto text = texts_alike(1)[0];
  const auto whole = TextPacker(dictionary).pack(text, "bits");
  TextUnpacker unpacker;
  EXPECT_FALSE(unpacker.unpack(*parse_packed(whole), {}).has_value());
  EXPECT_FALSE(parse_packed("").has_value());
  EXPECT_FALSE(parse_packed("\x01\xff\xff\xff\xff\xff\xff").has_value());
  EXPECT_FALSE(parse_packed("\x01\x7f").has_value());
  for (std::size_t size = 0; size < whole.size(); ++size)
    if (const auto packed = parse_packed(std::string_view(whole).substr(0, size)))
      EXPECT_FALSE(unpacker.unpack(*packed, there).has_value()) << size;
  std::mt19937 random(1);
  for (int way = 0; way < 3'000; ++way) {
    auto damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
    if (const auto packed = parse_packed(damaged)) unpacker.unpack(*packed, there);
  }
}

}  // namespace
}  // namespace kontor::search
