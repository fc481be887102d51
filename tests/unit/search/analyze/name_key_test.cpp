// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/analyze/name_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kontor::search {
namespace {

struct Row {
  const char* cyrillic;
  std::vector<const char*> latin;
};

TEST(NameKey, is_one_of_a_name_in_all_schemes) {
  const Row rows[] = {
      {"Иванов", {"Ivanov", "IVANOV"}},
      {"Юрий", {"Yuri", "Yuriy", "Jurij", "Iurii", "Ûrij", "Yury"}},
      {"Щербаков", {"Shcherbakov", "Ŝerbakov", "Ščerbakov", "Scherbakov"}},
      {"Хрущёв", {"Khrushchev", "Khrushchyov", "Hruŝëv", "Hruščëv"}},
      {"Чайковский", {"Chaikovskii", "Tchaikovsky", "Čajkovskij", "Tschaikowsky", "Chaykovskiy"}},
      {"Жуков", {"Zhukov", "Žukov"}},
      {"Наталья", {"Natalia", "Natalya", "Natal'ya", "Natal’ja", "Nataliia", "Natalʹâ"}},
      {"Вячеслав", {"Vyacheslav", "Viacheslav", "Vjačeslav", "Vâčeslav"}},
      {"Алексей", {"Aleksei", "Alexey", "Aleksey", "Aleksej", "Alexei"}},
      {"Семён", {"Semen", "Semyon", "Semën"}},
      {"Цветков", {"Tsvetkov", "Cvetkov"}},
      {"Эдуард", {"Eduard", "Èduard"}},
      {"Евгений", {"Evgenii", "Yevgeny", "Evgeniy", "Evgenij"}},
      {"Прокофьев", {"Prokofev", "Prokofiev", "Prokof'ev", "Prokofyev"}},
      {"Ильин", {"Ilin", "Il'in", "Ilyin", "Ilʹin"}},
      {"Схиладзе", {"Skhiladze"}},
      {"Договор", {"dogovor"}},
  };
  for (const auto& row : rows)
    for (const auto* latin : row.latin) {
      const auto one = name_key(row.cyrillic), other = name_key(latin);
      ASSERT_TRUE(one && other) << latin;
      EXPECT_EQ(one->kept, other->sought) << latin;
      EXPECT_EQ(one->sought, other->kept) << latin;
    }
}

TEST(NameKey, is_one_of_the_forms_of_a_surname) {
  for (const auto* form : {"Иванова", "Иванову", "Ивановым", "Иванове", "Ивановой", "Ивановых"})
    EXPECT_EQ(name_key(form)->sought, "l:ivanov") << form;
  for (const auto* form : {"Троцкого", "Троцкому", "Троцким", "Троцкая", "Троцкую", "Trotsky"})
    EXPECT_EQ(name_key(form)->kept.substr(2), "trocki") << form;
  EXPECT_EQ(name_key("Pushkina")->kept, "l:puSkin");
}

TEST(NameKey, keeps_different_names_apart) {
  EXPECT_NE(name_key("Иванов")->sought, name_key("Ivan")->kept);
  EXPECT_NE(name_key("Петров")->sought, name_key("Petrosyan")->kept);
  EXPECT_NE(name_key("Жуков")->sought, name_key("Zukov")->kept);
  EXPECT_NE(name_key("Ivanov")->kept, name_key("Ivanov")->sought);  // one script never meets itself
}

TEST(NameKey, is_of_words_of_one_script) {
  EXPECT_EQ(name_key("Ivanов"), std::nullopt);
  EXPECT_EQ(name_key("x1"), std::nullopt);
  EXPECT_EQ(name_key("он"), std::nullopt);
  EXPECT_EQ(name_key(""), std::nullopt);
  EXPECT_EQ(name_key("東京"), std::nullopt);
  EXPECT_EQ(name_key("ab\xFF"
                     "cd"),
            std::nullopt);
  EXPECT_EQ(name_key(std::string(1'000, 'x')), std::nullopt);
}

// Whoever types a name in the other script finds it from the second letter on.
TEST(NameKey, is_found_by_every_beginning) {
  const Row rows[] = {{"Кузнецова", {"Kuznetsova", "Kuznecova"}},
                      {"Щербаков", {"Shcherbakov", "Scherbakov"}},
                      {"Чайковский", {"Chaikovskii", "Tchaikovsky"}},
                      {"Юрий", {"Yuri", "Jurij"}},
                      {"Алексей", {"Alexey", "Aleksei"}},
                      {"Жуков", {"Zhukov"}},
                      {"Хрущёв", {"Khrushchev"}}};
  for (const auto& row : rows)
    for (const auto* latin : row.latin) {
      const auto kept = name_key(row.cyrillic)->kept;
      for (std::size_t size = 2; size <= std::string_view(latin).size(); ++size) {
        const auto keys = name_prefix_keys(std::string_view(latin).substr(0, size));
        EXPECT_TRUE(
            std::ranges::any_of(keys, [&](const auto& key) { return kept.starts_with(key); }))
            << std::string_view(latin).substr(0, size) << " of " << kept;
      }
    }
  EXPECT_TRUE(name_prefix_keys("123").empty());
  EXPECT_TRUE(name_prefix_keys("иванov").empty()) << "of both scripts";
  EXPECT_TRUE(name_prefix_keys("").empty());
}

}  // namespace
}  // namespace kontor::search
