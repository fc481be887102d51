// SPDX-License-Identifier: GPL-3.0-or-later
// How often rules about documents and numbers are wrong, on texts made here: the administrator's
// pages of this project as documents, and sentences with numbers that are right and that are not.
// The figures are printed; docs/admin/organisation-rules.md has them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>

#include "base/core/text.hpp"
#include "server/rules/fingerprint.hpp"
#include "server/rules/numbers.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::rules {
namespace {

struct Document {
  std::string name, text;
};

std::vector<Document> documents() {
  std::vector<Document> out;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "docs/admin")) {
    if (entry.path().extension() != ".md") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (text.size() > 6'000) out.push_back({entry.path().filename().string(), std::move(text)});
  }
  std::ranges::sort(out, {}, &Document::name);
  return out;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = text.find_first_not_of(" \n"); at != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(" \n", at), text.size());
    out.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(" \n", end);
  }
  return out;
}

// A piece of a document in lines of another length, quoted; every `changed`th word another one.
std::string piece_of(const Document& document,
                     double share,
                     std::size_t changed,
                     std::mt19937& random) {
  const auto words = words_of(document.text);
  const auto count = static_cast<std::size_t>(static_cast<double>(words.size()) * share);
  const auto begin = count < words.size() ? random() % (words.size() - count) : 0;
  std::string out = "> ";
  for (std::size_t i = begin; i < std::min(begin + count, words.size()); ++i) {
    out += changed > 0 && i % changed == 0 ? "replacement" : to_upper(words[i]);
    out += i % 7 == 6 ? "\r\n> " : "  ";
  }
  return out;
}

class Documents : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<std::shared_ptr<const Fingerprint>> prints;
    for (const auto& one : all) {
      auto print = std::make_shared<Fingerprint>();
      print->name = one.name;
      print->hashes = winnow(one.text, print->letters);
      prints.push_back(std::move(print));
    }
    known = FingerprintSet(std::move(prints));
  }

  // Of each document: is it found in the text that `make` makes of it?
  template <class Make, class Holds>
  std::size_t missed(Make make, Holds holds) {
    return static_cast<std::size_t>(std::ranges::count_if(all, [&](const Document& one) {
      const auto found = known.in(make(one));
      return std::ranges::none_of(
          found, [&](const Likeness& like) { return like.name == one.name && holds(like); });
    }));
  }

  std::vector<Document> all = documents();
  FingerprintSet known;
  std::mt19937 random{1};
};

TEST_F(Documents, AreFoundAndNotMistaken) {
  ASSERT_GT(all.size(), 20U);
  const auto a_fifth = [](const Likeness& like) { return like.share >= 0.2; };
  const auto letters = [](const Likeness& like) { return like.letters >= 500; };
  const auto third =
      missed([&](const auto& one) { return piece_of(one, 0.33, 0, random); }, a_fifth);
  const auto edited =
      missed([&](const auto& one) { return piece_of(one, 0.5, 25, random); }, a_fifth);
  const auto heavy =
      missed([&](const auto& one) { return piece_of(one, 0.5, 10, random); }, a_fifth);
  const auto small = missed(
      [&](const auto& one) {
        return piece_of(one, 1'000.0 / static_cast<double>(one.text.size() / 2), 0, random);
      },
      letters);
  std::size_t wrong = 0;
  for (const auto& one : all)
    for (const auto& like : known.in(one.text)) {
      wrong += like.name != one.name && a_fifth(like) ? 1 : 0;
    }
  std::cout << fmt::format(
      "{} documents; share 20%: missed {} of a third in other lines, {} of a half "
      "with each 25th word another, {} with each 10th; letters 500: missed {} of "
      "1000 letters; {} of {} other documents taken for one\n",
      all.size(), third, edited, heavy, small, wrong, all.size() * (all.size() - 1));
  EXPECT_EQ(third, 0U);
  EXPECT_LE(edited, all.size() / 20);
  EXPECT_LE(small, all.size() / 10);
  EXPECT_EQ(wrong, 0U);
}

std::string digits(std::size_t count, std::mt19937& random) {
  std::string out;
  while (out.size() < count) out.push_back(static_cast<char>('0' + random() % 10));
  return out;
}

// `number` with its last digits so that it is one.
template <class Check>
std::string completed(std::string number, Check check) {
  for (unsigned last = 0; last < 100; ++last) {
    auto one = number.substr(0, number.size() - 2) + fmt::format("{:02}", last);
    if (check(one)) return one;
  }
  return {};
}

std::string grouped(std::string_view number, std::size_t size, char between) {
  std::string out;
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (i > 0 && i % size == 0) out.push_back(between);
    out.push_back(number[i]);
  }
  return out;
}

TEST(NumberRules, AreFoundAndNotMistaken) {
  std::mt19937 random(1);
  constexpr std::size_t k_count = 2'000;
  const auto found = [](const std::string& text, Numbers what) {
    return !numbers_in(text, what, 10).empty();
  };
  std::map<std::string, std::size_t> missed, wrong;
  for (std::size_t i = 0; i < k_count; ++i) {
    constexpr std::array<const char*, 4> k_leads{"4276", "5469", "2202", "5100"};
    const auto card = completed(k_leads[i % 4] + digits(12, random), is_luhn);
    const auto shown = i % 3 == 0 ? card : grouped(card, 4, i % 3 == 1 ? ' ' : '-');
    missed["card"] += found("Оплатите на карту " + shown + ", срок 12/28.", Numbers::card) ? 0 : 1;
    const auto inn = completed(digits(i % 2 == 0 ? 10 : 12, random), is_inn);
    if (!inn.empty())
      missed["inn"] += found("ООО «Ромашка», ИНН " + inn + ", КПП 770701001", Numbers::inn) ? 0 : 1;
    const auto snils = completed(digits(11, random), is_snils);
    if (!snils.empty())
      missed["snils"] += found("СНИЛС: " + (i % 2 == 0 ? snils
                                                       : grouped(snils.substr(0, 9), 3, '-') + ' ' +
                                                             snils.substr(9)),
                               Numbers::snils)
                             ? 0
                             : 1;
    missed["passport-ru"] +=
        found("паспорт 45 " + digits(2, random) + " 1" + digits(5, random) + " выдан",
              Numbers::passport)
            ? 0
            : 1;
    // Orders, parcels, accounts, times, telephones: numbers, but none of these.
    const auto other = fmt::format(
        "Заказ {} от 2026-11-{:02} 10:{:02}, трек {}, р/с 40702810{}, тел. +7 495 {}-{}-{}, сумма "
        "{} {} руб.",
        digits(16, random), i % 28 + 1, i % 60, digits(14, random), digits(12, random),
        digits(3, random), digits(2, random), digits(2, random), digits(3, random),
        digits(3, random));
    for (const auto& name : names_of_numbers())
      wrong[name] += found(other, *find_numbers(name)) ? 1 : 0;
  }
  for (const auto& name : names_of_numbers())
    std::cout << fmt::format("{}: missed {}, wrong {} of {}\n", name, missed[name], wrong[name],
                             k_count);
  EXPECT_EQ(missed["card"] + missed["inn"] + missed["snils"] + missed["passport-ru"], 0U);
  EXPECT_LE(wrong["card"], k_count / 20);  // a tenth of what begins as a card does, by chance
  for (const auto* name : {"iban", "passport-ru", "inn"}) EXPECT_EQ(wrong[name], 0U) << name;
  EXPECT_LE(wrong["snils"], k_count / 100);
}

}  // namespace
}  // namespace kontor::rules
