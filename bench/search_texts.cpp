// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/search_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace kontor::bench {
namespace {

constexpr std::size_t k_body = 3'000;  // bytes
constexpr std::size_t k_people = 2'000;

constexpr auto k_russian_endings = std::to_array<std::string_view>(
    {"", "а", "у", "ом", "е", "ы", "ов", "ами", "ах", "ный", "ного", "ная"});
constexpr auto k_english_endings =
    std::to_array<std::string_view>({"", "", "s", "ed", "ing", "er", "ly"});
constexpr auto k_russian = std::to_array<std::string_view>(
    {"ра", "по", "ко", "ни", "те", "ва", "ст",  "пре", "до", "го", "вор", "ла", "ми",  "ну",
     "жи", "ще", "ры", "за", "ов", "ка", "мой", "эль", "фи", "хо", "цен", "юр", "бле", "сно"});
constexpr auto k_english = std::to_array<std::string_view>(
    {"re", "con", "ta", "in", "er", "li", "mo",  "st",  "pa",  "the", "un", "ti", "on",  "al",
     "de", "ro",  "qu", "ma", "si", "ne", "plo", "gra", "chi", "vo",  "be", "fa", "win", "ly"});

// Of "а" to "п" and of Latin letters; others stay small.
std::string capital(std::string word) {
  const bool russian = word.starts_with('\xD0') && word.size() > 1;
  if (russian && static_cast<unsigned char>(word[1]) >= 0xB0)
    word[1] = static_cast<char>(word[1] - 0x20);
  else if (word[0] >= 'a' && word[0] <= 'z')
    word[0] = static_cast<char>(word[0] - 32);
  return word;
}

}  // namespace

SearchTexts::SearchTexts() {
  for (std::size_t i = 0; i < k_lemmas; ++i) {
    const bool russian = below(3) != 0;
    const std::size_t syllables = i < 60 ? 1 : i < 1'000 ? 2 : 2 + below(4);
    std::string lemma;
    for (std::size_t s = 0; s < syllables; ++s) lemma += syllable(russian);
    if (russian && below(40) == 0) lemma += "ё";
    lemmas_.push_back({std::move(lemma), russian});
  }
  for (std::size_t i = 0; i < k_people; ++i)
    people_.push_back(fmt::format("{} {} <person{}@host{}.example.com>",
                                  capital(lemmas_[2'000 + below(20'000)].text),
                                  capital(lemmas_[2'000 + below(20'000)].text), i, i % 40));
}

std::string_view SearchTexts::syllable(bool russian) {
  return russian ? k_russian[below(k_russian.size())] : k_english[below(k_english.size())];
}

std::string SearchTexts::word(std::size_t rank) {
  const auto& lemma = lemmas_[rank];
  if (rank < 60) return lemma.text;
  const auto ending = lemma.russian ? k_russian_endings[below(k_russian_endings.size())]
                                    : k_english_endings[below(k_english_endings.size())];
  return std::string(lemma.text).append(ending);
}

std::string SearchTexts::any_word() {
  const double u = std::generate_canonical<double, 53>(random_);
  const auto rank = static_cast<std::size_t>(std::exp(u * std::log(double(k_lemmas)))) - 1;
  return word(std::min(rank, k_lemmas - 1));
}

std::string SearchTexts::sentence(std::size_t words) {
  std::string out = capital(any_word());
  for (std::size_t i = 1; i < words; ++i)
    out.append(i % 7 == 6 ? ", " : " ").append(below(12) == 0 ? capital(any_word()) : any_word());
  return out;
}

std::string SearchTexts::body() {
  std::string out;
  while (out.size() < k_body) out.append(sentence(6 + below(12))).append(".\r\n");
  if (below(10) == 0) out += "Счёт №" + std::to_string(below(100'000)) + "\r\n";
  return out;
}

search::Document SearchTexts::message(search::ItemId item) {
  using search::Field;
  search::Document out;
  out.item = item;
  std::string header;
  for (int i = 0; i < 5; ++i)
    header += fmt::format(
        "received: from mx{}.example.com by host{}.example.com with esmtps id {:016x}\n", below(9),
        below(40), random_());
  out.texts = {{Field::subject, sentence(3 + below(6))},
               {Field::from, people_[below(k_people)]},
               {Field::to, people_[below(k_people)]},
               {Field::header, std::move(header)},
               {Field::body, body()}};
  return out;
}

}  // namespace kontor::bench
