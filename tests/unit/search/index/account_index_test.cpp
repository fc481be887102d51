// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/account_index.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "base/mime/decode.hpp"
#include "tests/unit/search/index/folder.hpp"

namespace kontor::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> k_languages = {"ru", "en"};

Document mail(ItemId item, std::string subject, std::string body) {
  Document out;
  out.item = item;
  out.texts = {{Field::subject, std::move(subject)}, {Field::body, std::move(body)}};
  return out;
}

TextQuery leaf(TextOp op, std::string text, Fields fields = k_every_field) {
  TextQuery out;
  out.op = op;
  out.text = std::move(text);
  out.fields = fields;
  return out;
}

class Index : public testing::Test {
 protected:
  Index() { open(); }

  void open() {
    index_.reset();
    index_ = *AccountIndex::open(folder_.index(), k_languages);
  }
  void add(const std::vector<Document>& documents) {
    ASSERT_TRUE(index_->add(documents, documents.back().item).has_value());
  }
  Items certain(const TextQuery& query) {
    const auto found = index_->match(query);
    EXPECT_TRUE(found.has_value()) << found.error().text();
    EXPECT_THAT(found->possible, IsEmpty());
    return found->certain;
  }
  Items best(const TextQuery& query, const Items* within = nullptr, std::size_t most = 10) {
    const auto hits = index_->rank(query, within, most);
    EXPECT_TRUE(hits.has_value());
    Items out;
    for (const auto& hit : *hits) out.push_back(hit.item);
    return out;
  }
  std::vector<std::string> files() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.index()))
      out.push_back(entry.path().filename());
    std::ranges::sort(out);
    return out;
  }

  TestFolder folder_;
  std::unique_ptr<AccountIndex> index_;
};

TEST_F(Index, FindsFormsOfWordsAndNames) {
  add({mail(1, "Договор", "Счёт за поставки оборудования"),
       mail(2, "Invoices", "They were running with Ivanov"), mail(5, "привет", "мой йод")});
  EXPECT_THAT(certain(leaf(TextOp::words, "договорами")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::words, "СЧЕТА поставка")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::words, "run invoice")), ElementsAre(2));
  EXPECT_THAT(certain(leaf(TextOp::words, "Иванов")), ElementsAre(2));
  EXPECT_THAT(certain(leaf(TextOp::words, "договор", fields_of(Field::body))), IsEmpty());
  EXPECT_THAT(certain(leaf(TextOp::phrase, "за поставки")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::phrase, "поставки за")), IsEmpty());
  EXPECT_THAT(certain(leaf(TextOp::prefix, "обору")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::prefix, "with iva")), ElementsAre(2));
}

TEST_F(Index, SubstringsAreExact) {
  add({mail(1, "мой", "foo-bar"), mail(2, "мои", "foo bar"), mail(3, "ёлка", "xfoo")});
  EXPECT_THAT(certain(leaf(TextOp::literal, "МОЙ")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::literal, "мои")), ElementsAre(1, 2));  // й is и and a breve
  EXPECT_THAT(certain(leaf(TextOp::literal, "o-b")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::literal, "OO")), ElementsAre(1, 2, 3));
  EXPECT_THAT(certain(leaf(TextOp::literal, "елка")), IsEmpty());
  EXPECT_THAT(certain(leaf(TextOp::literal, "ЁЛ")), ElementsAre(3));
  EXPECT_THAT(certain(leaf(TextOp::literal, "-")), ElementsAre(1));
}

// By the postings of many words, of few, by the texts: whatever is cheaper; with lists of words,
// with none, and with damaged ones.
TEST_F(Index, SubstringsAndPhrasesAreTheSameInEveryWay) {
  constexpr ItemId k_items = 600;
  std::map<ItemId, std::string> bodies;
  std::vector<Document> documents;
  for (ItemId item = 1; item <= k_items; ++item) {
    const auto number = std::to_string(item);
    auto body = "слово" + number + " мой дом" + std::to_string(item % 7) + ". Район-" + number;
    if (item % 3 == 0) body += " договор, поставки";
    if (item % 50 == 0) body += " договора поставки ё";
    if (item % 60 == 0) body += " передоговор поставки";
    bodies[item] = body;
    documents.push_back(mail(item, "письмо", body));
  }
  add(documents);
  const Items few = {3, 50, 60, 61, 600};
  const auto check = [&](std::string_view how) {
    for (const auto* text :
         {"о",        "лово5", "ово599", "мой дом3",   " мо",    "ои",       "ой",
          "РАЙОН-1",  "район", "йон-59", "договор, п", "говор",  " договор", "договор ",
          "ставки ё", "Ё",     "ого",    "нет такого", " дом6.", "1",        "йо"}) {
      const auto folded = mime::fold_case(text);
      Items all, of_few;
      for (const auto& [item, body] : bodies) {
        if (!mime::fold_case(body).contains(folded)) continue;
        all.push_back(item);
        if (std::ranges::binary_search(few, item)) of_few.push_back(item);
      }
      const auto query = leaf(TextOp::literal, text, fields_of(Field::body));
      EXPECT_EQ(certain(query), all) << text << how;
      EXPECT_EQ(index_->match(query, &few)->certain, of_few) << text << how;
    }
  };
  check(", by the list");
  const auto list = folder_.path("fts/words.000001");
  const auto whole = std::filesystem::file_size(list);
  for (const auto size : {whole - 1, whole / 2, std::uintmax_t{20}, std::uintmax_t{0}}) {
    std::filesystem::resize_file(list, size);
    check(", with a list of " + std::to_string(size) + " bytes");
  }
  std::filesystem::remove(list);
  open();
  check(", with no list");
  Items with_comma, without;
  for (ItemId item = 1; item <= k_items; ++item) {
    if (item % 3 == 0) with_comma.push_back(item);
    if (item % 50 == 0) without.push_back(item);
  }
  EXPECT_EQ(certain(leaf(TextOp::phrase, "договор поставки")), with_comma);
  EXPECT_EQ(certain(leaf(TextOp::phrase, "договора поставки е")), without);
  EXPECT_THAT(certain(leaf(TextOp::phrase, "поставки договор")), IsEmpty());
  EXPECT_EQ(certain(leaf(TextOp::phrase, "мой дом3")).size(), 86U);
}

TEST_F(Index, OtherHeaderFieldsStayOpen) {
  auto plain = mail(1, "a", "b"), wide = mail(2, "a", "b");
  plain.texts.push_back({Field::header, "list-id: x"});
  wide.texts.push_back({Field::header, "comments: привет"});
  add({plain, wide, mail(3, "x", "привет")});
  const auto ascii = index_->match(leaf(TextOp::literal, "x"));
  EXPECT_THAT(ascii->certain, ElementsAre(3));
  EXPECT_THAT(ascii->possible, ElementsAre(1, 2));
  const auto russian = index_->match(leaf(TextOp::literal, "привет"));
  EXPECT_THAT(russian->certain, ElementsAre(3));
  EXPECT_THAT(russian->possible, ElementsAre(2));
  TextQuery none;
  none.op = TextOp::none_of;
  none.children = {leaf(TextOp::literal, "привет")};
  EXPECT_THAT(index_->match(none)->certain, ElementsAre(1));
  EXPECT_THAT(index_->match(none)->possible, ElementsAre(2));
}

TEST_F(Index, IsThereAfterOpeningAgain) {
  add({mail(1, "one", "first"), mail(4, "two", "second")});
  add({mail(5, "three", "third")});
  ASSERT_TRUE(index_->remove({4, 77}).has_value());
  ASSERT_TRUE(index_->add({}, 9).has_value());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(index_->state().position, 9U);
    EXPECT_EQ(index_->state().documents, 2U);
    EXPECT_GT(index_->state().bytes, 0U);
    EXPECT_FALSE(index_->state().made_anew);
    EXPECT_THAT(certain(leaf(TextOp::literal, "ir")), ElementsAre(1, 5));
    EXPECT_THAT(certain(leaf(TextOp::words, "second")), IsEmpty());
    open();
  }
}

TEST_F(Index, TakesItemsInOrderOnly) {
  add({mail(3, "a", "b")});
  const std::vector<Document> earlier = {mail(3, "a", "b")};
  EXPECT_EQ(index_->add(earlier, 4).error().code(), Errc::bad_input);
  const std::vector<Document> mixed = {mail(5, "a", "b"), mail(4, "a", "b")};
  EXPECT_EQ(index_->add(mixed, 6).error().code(), Errc::bad_input);
  const std::vector<Document> later = {mail(9, "a", "b")};
  EXPECT_EQ(index_->add(later, 8).error().code(), Errc::bad_input);
  const std::vector<Document> huge = {mail(ItemId{1} << 40U, "a", "b")};
  EXPECT_EQ(index_->add(huge, ItemId{1} << 40U).error().code(), Errc::limit);
  EXPECT_EQ(index_->state().position, 3U);
}

TEST_F(Index, ManySmallAdditionsLeaveFewFiles) {
  for (ItemId item = 1; item <= 60; ++item) add({mail(item, "word", "text")});
  EXPECT_LE(files().size(), 25U);
  EXPECT_EQ(certain(leaf(TextOp::words, "words")).size(), 60U);
  ASSERT_TRUE(index_->merge({}).has_value());
  EXPECT_EQ(files().size(), 3U);
  EXPECT_EQ(certain(leaf(TextOp::words, "words")).size(), 60U);
}

TEST_F(Index, WhatWasRemovedLeavesTheFilesWithAMerge) {
  add({mail(1, "secretword", "text"), mail(2, "other", "text")});
  const auto holds_secret = [this] {
    for (const auto& name : files()) {
      std::ifstream file(folder_.index() + "/" + name, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (bytes.contains("secretword")) return true;
    }
    return false;
  };
  EXPECT_TRUE(holds_secret());
  ASSERT_TRUE(index_->remove({1}).has_value());
  ASSERT_TRUE(index_->merge({}).has_value());
  EXPECT_FALSE(holds_secret());
  ASSERT_TRUE(index_->remove({2}).has_value());
  EXPECT_THAT(files(), ElementsAre("catalog"));
  EXPECT_EQ(index_->state().position, 2U);
}

TEST_F(Index, AMergeIsStopped) {
  add({mail(1, "a", "b")});
  add({mail(2, "a", "b")});
  int asked = 0;
  ASSERT_TRUE(index_->merge([&asked] { return ++asked > 2; }).has_value());
  EXPECT_GT(asked, 2);
  EXPECT_EQ(files().size(), 5U);
  EXPECT_THAT(certain(leaf(TextOp::words, "a")), ElementsAre(1, 2));
}

TEST_F(Index, RanksBySubjectThenByNewest) {
  add({mail(1, "отпуск", "план"), mail(2, "план", "отпуск и ещё много других слов про отпуск"),
       mail(3, "план", "отпуск"), mail(4, "план", "отпуск"), mail(5, "план", "ничего")});
  EXPECT_THAT(best(leaf(TextOp::words, "отпуска")), testing::SizeIs(4));
  EXPECT_EQ(best(leaf(TextOp::words, "отпуска")).front(), 1U);
  const Items within = {3, 4, 5};
  EXPECT_THAT(best(leaf(TextOp::words, "отпуска"), &within), ElementsAre(4, 3));
  EXPECT_THAT(best(leaf(TextOp::words, "отпуска"), &within, 1), ElementsAre(4));
  add({mail(6, "план", "отпуск")});  // in another database
  EXPECT_THAT(best(leaf(TextOp::prefix, "отпу")), testing::SizeIs(5));
  EXPECT_THAT(best(leaf(TextOp::literal, "ничег")), ElementsAre(5));
}

TEST_F(Index, KeepsTheTextOfAttachments) {
  auto with = mail(1, "№5", "日本語");
  with.texts.push_back({Field::attachment, "Первый Файл"});
  with.texts.push_back({Field::attachment, "Second"});
  with.has_attachment = true;
  add({with, mail(2, "a", "b")});
  const auto texts = index_->attachments(1);
  ASSERT_TRUE(texts.has_value());
  ASSERT_EQ(texts->size(), 2U);
  EXPECT_EQ((*texts)[0].text, "Первый Файл");
  EXPECT_EQ((*texts)[1].text, "Second");
  EXPECT_THAT(*index_->attachments(2), IsEmpty());
  EXPECT_EQ(index_->attachments(3).error().code(), Errc::limit);  // it was not added
  EXPECT_THAT(certain(leaf(TextOp::has_attachment, "")), ElementsAre(1));
  EXPECT_TRUE(*index_->knows("файл"));
  EXPECT_FALSE(*index_->knows("файла"));
}

TEST_F(Index, OtherLanguagesMakeItAnew) {
  add({mail(1, "a", "b")});
  index_.reset();
  index_ = *AccountIndex::open(folder_.index(), {"en"});
  EXPECT_TRUE(index_->state().made_anew);
  EXPECT_EQ(index_->state().position, 0U);
  EXPECT_THAT(files(), ElementsAre("catalog"));
}

// --- documents that are more than terms hold
// ------------------------------------------------------

TEST_F(Index, WordsWithoutTermsAreFound) {
  std::string many;
  for (int i = 0; i < 60'000; ++i) many.append("w").append(std::to_string(i)).append(" ");
  const std::string run = std::string(300, 'q') + "tail";
  add({mail(1, "a", many), mail(2, "b", "x " + run + " y"), mail(3, "c", "日本語の文章です")});
  EXPECT_THAT(certain(leaf(TextOp::words, "w59999")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::phrase, "w59998 w59999")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::prefix, "w5999")), ElementsAre(1));
  EXPECT_THAT(certain(leaf(TextOp::words, run)), ElementsAre(2));
  EXPECT_THAT(certain(leaf(TextOp::phrase, run + " y")), ElementsAre(2));
  EXPECT_THAT(certain(leaf(TextOp::prefix, run.substr(0, 250))), ElementsAre(2));
  EXPECT_THAT(certain(leaf(TextOp::literal, "qqtail")), ElementsAre(2));
  EXPECT_THAT(certain(leaf(TextOp::literal, "本語の文")), ElementsAre(3));
  EXPECT_THAT(certain(leaf(TextOp::words, "文章")), ElementsAre(3));
}

TEST_F(Index, TextThatIsNotKeptStaysOpen) {
  auto huge = mail(1, "subject", "begin");
  std::string text = "needle in it";
  text.resize(17U << 20U, ' ');  // twice: as given, and folded
  huge.texts.push_back({Field::attachment, std::move(text)});
  add({huge, mail(2, "other", "begin")});
  EXPECT_THAT(certain(leaf(TextOp::words, "needles")), ElementsAre(1));
  const auto found = index_->match(leaf(TextOp::phrase, "needle in"));
  EXPECT_THAT(found->certain, IsEmpty());
  EXPECT_THAT(found->possible, ElementsAre(1));
  EXPECT_EQ(index_->attachments(1).error().code(), Errc::limit);
}

// --- what asks for too much
// -----------------------------------------------------------------------

TEST_F(Index, QueriesOfTenThousandPartsAreRefused) {
  add({mail(1, "a", "b")});
  TextQuery wide;
  wide.op = TextOp::any;
  wide.children.assign(10'000, leaf(TextOp::words, "a"));
  EXPECT_EQ(index_->match(wide).error().code(), Errc::limit);
  EXPECT_EQ(index_->rank(wide, nullptr, 5).error().code(), Errc::limit);
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "word" + std::to_string(i) + " ";
  EXPECT_EQ(index_->match(leaf(TextOp::words, text)).error().code(), Errc::limit);
  auto deep = leaf(TextOp::words, "a");
  for (int i = 0; i < 100'000; ++i) {
    TextQuery outer;
    outer.op = TextOp::none_of;
    outer.children.push_back(std::move(deep));
    deep = std::move(outer);
  }
  EXPECT_EQ(index_->match(deep).error().code(), Errc::limit);
  while (!deep.children.empty()) {  // taken apart without recursion
    auto inner = std::move(deep.children.front());
    deep = std::move(inner);
  }
}

TEST_F(Index, OneLetterIsAnswered) {
  std::vector<Document> documents;
  for (ItemId item = 1; item <= 200; ++item)
    documents.push_back(mail(item, "s" + std::to_string(item), "body text of it"));
  add(documents);
  EXPECT_EQ(certain(leaf(TextOp::literal, "o")).size(), 200U);
  EXPECT_EQ(certain(leaf(TextOp::prefix, "o")).size(), 200U);
  EXPECT_EQ(certain(leaf(TextOp::literal, "")).size(), 200U);
}

}  // namespace
}  // namespace kontor::search
