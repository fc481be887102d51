// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/people.hpp"

#include <gtest/gtest.h>

namespace kontor::search {
namespace {

// "-": it asks for no people; "!": a problem, and the text it points at.
std::string people(const std::string& text) {
  const auto query = parse_query(text, {});
  if (!query) return "?" + query.error().english;
  const auto words = people_words(*query);
  if (words) return words->value_or("-");
  const auto& where = words.error().where;
  EXPECT_TRUE(words.error().english.ends_with('.')) << words.error().english;
  EXPECT_TRUE(words.error().russian.ends_with('.')) << words.error().russian;
  return "!" + text.substr(where.begin, where.end - where.begin);
}

TEST(PeopleWords, AreThoseBesideTheKind) {
  EXPECT_EQ(people("kind:person иванов"), "иванов");
  EXPECT_EQ(people("отдел вид:сотрудник \"иван петрович\" скл*"), "отдел иван петрович скл");
  EXPECT_EQ(people("иванов"), "-");
  EXPECT_EQ(people("kind:contact иванов"), "-");
  EXPECT_EQ(people("-kind:person иванов"), "-");
  EXPECT_EQ(people("kind:person OR иванов"), "-") << "what is in mailboxes";
}

TEST(PeopleWords, NothingElseGoesWithThem) {
  EXPECT_EQ(people("kind:person before:2026"), "!before:2026");
  EXPECT_EQ(people("kind:person иванов -петров"), "!-петров");
  EXPECT_EQ(people("kind:person (иванов OR петров)"), "!(иванов OR петров)");
  EXPECT_EQ(people("kind:person"), "!kind:person");
}

}  // namespace
}  // namespace kontor::search
