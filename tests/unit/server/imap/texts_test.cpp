// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/texts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kontor::imap {
namespace {

TEST(Texts, LanguageIsLookedUpByItsRanges) {
  const auto find = [](std::vector<std::string> ranges) {
    return find_language(ranges, Language::russian);
  };
  EXPECT_EQ(find({"en"}), Language::english);
  EXPECT_EQ(find({"RU-Cyrl-RU"}), Language::russian);
  EXPECT_EQ(find({"fr-CA", "en-CA"}), Language::english);
  EXPECT_EQ(find({"I-Default"}), Language::i_default);
  EXPECT_EQ(find({"de", "default"}), Language::russian);
  EXPECT_EQ(find({"*"}), Language::russian);
  EXPECT_EQ(find({"rus", "e", "ru_RU", "-ru", ""}), std::nullopt);
}

TEST(Texts, EverySentenceHasAnother) {
  for (const auto& row : russian_texts()) {
    EXPECT_NE(row.english, row.other);
    if (row.english.contains("{}")) continue;
    EXPECT_EQ(in_language(Language::russian, row.english), row.other);
    EXPECT_EQ(in_language(Language::english, row.english), row.english);
  }
}

TEST(Texts, HolesAreFilled) {
  const auto russian = [](std::string_view text) { return in_language(Language::russian, text); };
  EXPECT_EQ(russian("UID FETCH completed"), "команда UID FETCH выполнена");
  EXPECT_EQ(russian("5 of 10 messages done"), "обработано писем: 5 из 10");
  EXPECT_EQ(russian("expected '('"), "ожидалось '('");
  EXPECT_EQ(russian("some of the messages could not be read: internal error"),
            "некоторые письма не удалось прочитать: внутренняя ошибка");
  for (const auto* text : {"", " completed now", "of messages done", "{}", "expected '"})
    EXPECT_EQ(russian(text), text);
}

}  // namespace
}  // namespace kontor::imap
