// SPDX-License-Identifier: GPL-3.0-or-later
// The index against reading every document: whatever is added, removed, merged and opened again,
// what is certain is true, and what is true is certain or possible.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "search/index/account_index.hpp"
#include "search/query/matcher.hpp"
#include "tests/unit/search/index/folder.hpp"
#include "tests/unit/search/index/random_mail.hpp"

namespace kontor::search {
namespace {

const std::vector<std::string> k_languages = {"ru", "en"};

std::string shown(const TextQuery& query) {
  std::string out = std::to_string(static_cast<int>(query.op)) + "/" +
                    std::to_string(query.fields) + " '" + query.text + "'";
  for (const auto& child : query.children) out += " (" + shown(child) + ")";
  return out;
}

std::string shown(const Document& document) {
  std::string out;
  for (const auto& text : document.texts)
    out += std::to_string(static_cast<int>(text.field)) + " '" + text.text + "'\n";
  return out;
}

class IndexModel : public testing::TestWithParam<int> {
 protected:
  IndexModel() : mail_(static_cast<std::uint64_t>(GetParam())) { open(); }

  void open() {
    index_.reset();
    auto opened = AccountIndex::open(folder_.index(), k_languages);
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    index_ = std::move(*opened);
    EXPECT_FALSE(index_->state().made_anew) << index_->state().problem;
  }

  void add() {
    std::vector<Document> added;
    for (auto left = mail_.below(12); left > 0; --left)
      added.push_back(mail_.document(position_ += 1 + mail_.below(3)));
    position_ += mail_.below(2);
    ASSERT_TRUE(index_->add(added, position_).has_value());
    for (auto& document : added) documents_[document.item] = std::move(document);
  }

  // So much that texts are packed with a dictionary.
  void add_many() {
    std::vector<Document> added;
    for (int i = 0; i < 100; ++i) {
      added.push_back(mail_.document(position_ += 1 + mail_.below(3)));
      for (int more = 0; more < 12; ++more)
        added.back().texts.push_back({Field::body, mail_.words(30)});
    }
    ASSERT_TRUE(index_->add(added, position_).has_value());
    for (auto& document : added) documents_[document.item] = std::move(document);
    EXPECT_TRUE(std::filesystem::exists(folder_.index() + "/dictionary.001"));
  }

  void remove() {
    Items items;
    for (ItemId item = 1; item <= position_; ++item)
      if (mail_.one_in(12)) items.push_back(item);
    ASSERT_TRUE(index_->remove(items).has_value());
    for (const auto item : items) documents_.erase(item);
  }

  void ask() {
    const auto query = mail_.query();
    Items within;
    for (const auto& [item, document] : documents_)
      if (mail_.one_in(2)) within.push_back(item);
    const bool all = mail_.one_in(2);
    const auto found = index_->match(query, all ? nullptr : &within);
    ASSERT_TRUE(found.has_value()) << found.error().text();
    ASSERT_TRUE(std::ranges::is_sorted(found->certain));
    ASSERT_TRUE(std::ranges::is_sorted(found->possible));
    const Matcher matcher(query, analyzer_);
    for (const auto& [item, document] : documents_) {
      const bool asked = all || std::ranges::binary_search(within, item);
      const bool is_true = asked && matcher.matches(document);
      const bool certain = std::ranges::binary_search(found->certain, item);
      const bool possible = std::ranges::binary_search(found->possible, item);
      EXPECT_FALSE(certain && possible);
      EXPECT_TRUE(!certain || is_true) << item << " is certain\n"
                                       << shown(query) << "\n"
                                       << shown(document);
      EXPECT_TRUE(!is_true || certain || possible) << item << " is left out\n"
                                                   << shown(query) << "\n"
                                                   << shown(document);
      true_ += is_true ? 1 : 0;
      certain_ += certain ? 1 : 0;
    }
    for (const auto* items : {&found->certain, &found->possible})
      for (const auto item : *items) EXPECT_TRUE(documents_.contains(item)) << item;
  }

  void step() {
    switch (mail_.below(8)) {
      case 0:
        return remove();
      case 1:
        return open();
      case 2:
        EXPECT_TRUE(index_->merge([this] { return mail_.one_in(20); }).has_value());
        return;
      default:
        return add();
    }
  }

  TestFolder folder_;
  RandomMail mail_;
  Analyzer analyzer_{k_languages};
  std::unique_ptr<AccountIndex> index_;
  std::map<ItemId, Document> documents_;
  ItemId position_ = 0;
  std::size_t true_ = 0;
  std::size_t certain_ = 0;
};

TEST_P(IndexModel, AnswersWhatReadingAnswers) {
  if (GetParam() % 3 == 0) add_many();
  for (int round = 0; round < 25 && !HasFailure(); ++round) {
    step();
    EXPECT_EQ(index_->state().position, position_);
    EXPECT_EQ(index_->state().documents, documents_.size());
    for (int queries = 0; queries < 12 && !HasFailure(); ++queries) ask();
  }
  // Nearly all is decided: possible alone would be no index.
  EXPECT_GT(true_, 100U);
  EXPECT_GT(certain_ * 2, true_);
}

// KONTOR_LONG=1: many more.
INSTANTIATE_TEST_SUITE_P(Seeds,
                         IndexModel,
                         testing::Range(1, std::getenv("KONTOR_LONG") != nullptr ? 400 : 7));

}  // namespace
}  // namespace kontor::search
