// SPDX-License-Identifier: GPL-3.0-or-later
// Messages for measuring search: Russian and English words in their forms, made of syllables, as
// often as words are in a language (Zipf), 3 KB a body. The same ones each time.
#pragma once
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "search/fields/document.hpp"

namespace kontor::bench {

inline constexpr std::size_t k_lemmas = 60'000;  // some 400,000 words with their forms

class SearchTexts {
 public:
  SearchTexts();

  std::size_t below(std::size_t bound) { return random_() % bound; }
  // A form of the word of this rank; a lower rank is more frequent.
  std::string word(std::size_t rank);
  std::string body();
  search::Document message(search::ItemId item);

 private:
  struct Lemma {
    std::string text;
    bool russian = false;
  };

  std::string any_word();
  std::string sentence(std::size_t words);
  std::string_view syllable(bool russian);

  std::mt19937_64 random_{20'261'122};
  std::vector<Lemma> lemmas_;
  std::vector<std::string> people_;
};

}  // namespace kontor::bench
