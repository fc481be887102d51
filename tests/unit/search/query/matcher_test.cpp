// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/matcher.hpp"

#include <gtest/gtest.h>

#include "search/query/parse.hpp"

namespace kontor::search {
namespace {

Document letter() {
  Document document;
  document.has_attachment = true;
  document.texts = {
      {Field::subject, "Договор поставки №17"},
      {Field::from, "Пётр Иванов <p.ivanov@example.org>"},
      {Field::to, "anna@example.test"},
      {Field::header, "List-Id: <dev.example.org>"},
      {Field::body, "Высылаю подписанные договоры и спецификацию АБ-123/45.\nBest regards, Peter"},
      {Field::body, "second text begins"},
      {Field::attachment_name, "Смета.pdf"},
      {Field::attachment, "итого по смете"},
  };
  return document;
}

class Asking : public testing::Test {
 protected:
  bool holds(std::string_view text, const Document& document = letter()) {
    const auto query = parse_query(text, {});
    if (!query) ADD_FAILURE() << text << ": " << query.error().english;
    const auto texts = as_text(*query);
    if (!texts) ADD_FAILURE() << text << " is not about texts alone";
    return matches(*texts, document, analyzer_);
  }
  Analyzer analyzer_{{"english", "russian"}};
};

TEST_F(Asking, WordsInAnyForm) {
  EXPECT_TRUE(holds("договор"));
  EXPECT_TRUE(holds("ДОГОВОРАМИ подписанный"));
  EXPECT_TRUE(holds("regard"));
  EXPECT_TRUE(holds("петр")) << "ё as е";
  EXPECT_TRUE(holds("договор смета")) << "each in any field";
  EXPECT_FALSE(holds("договор счёт"));
  EXPECT_FALSE(holds("dev")) << "header fields that only programs read";
}

TEST_F(Asking, NamesOfTheOtherScript) {
  EXPECT_TRUE(holds("from:ivanov"));
  EXPECT_TRUE(holds("from:Иванов"));
  EXPECT_FALSE(holds("from:сидоров"));
}

TEST_F(Asking, FieldsAreKeptApart) {
  EXPECT_TRUE(holds("subject:поставка"));
  EXPECT_FALSE(holds("body:поставка"));
  EXPECT_TRUE(holds("to:anna@example.test"));
  EXPECT_FALSE(holds("from:anna"));
  EXPECT_TRUE(holds("file:смета"));
  EXPECT_FALSE(holds("file:итого"));
  EXPECT_TRUE(holds("attachment:итого"));
}

TEST_F(Asking, PhrasesKeepFormAndOrder) {
  EXPECT_TRUE(holds("\"договор поставки\""));
  EXPECT_FALSE(holds("\"поставки договор\""));
  EXPECT_FALSE(holds("\"договор поставка\""));
  EXPECT_TRUE(holds("\"и спецификацию\""));
  EXPECT_FALSE(holds("\"peter second\"")) << "of two texts";
  EXPECT_TRUE(holds("\"best regards peter\"")) << "signs do not count";
  EXPECT_FALSE(holds("\"договора\"")) << "this form alone";
}

TEST_F(Asking, BeginningsOfWords) {
  EXPECT_TRUE(holds("догов*"));
  EXPECT_TRUE(holds("subject:пост*"));
  EXPECT_FALSE(holds("body:пост*"));
  EXPECT_FALSE(holds("оговор*"));
  EXPECT_TRUE(holds("аб-12*"));
}

TEST_F(Asking, CodesAddressesAndExactTexts) {
  EXPECT_TRUE(holds("АБ-123/45"));
  EXPECT_FALSE(holds("АБ-123/46"));
  EXPECT_TRUE(holds("p.ivanov@example.org"));
  EXPECT_TRUE(holds("exact:\"ГОВОР ПОСТ\""));
  EXPECT_FALSE(holds("exact:\"говор  пост\""));
}

TEST_F(Asking, JoinedByOrAndNot) {
  EXPECT_TRUE(holds("счёт OR договор"));
  EXPECT_FALSE(holds("договор -поставка"));
  EXPECT_TRUE(holds("договор -счёт has:attachment"));
  EXPECT_FALSE(holds("-has:attachment"));
  EXPECT_TRUE(holds("subject:(счёт OR поставка) NOT (a b)"));
}

TEST_F(Asking, NothingInNothing) {
  const Document empty;
  EXPECT_FALSE(holds("a", empty));
  EXPECT_FALSE(holds("\"a\"", empty));
  EXPECT_TRUE(holds("-a", empty));
  EXPECT_TRUE(holds("*", empty));
}

}  // namespace
}  // namespace kontor::search
