// SPDX-License-Identifier: GPL-3.0-or-later
// What keys of SEARCH ask of an index, and the scores of FUZZY.
#include <gmock/gmock.h>

#include "server/imap/relevancy.hpp"
#include "server/imap/search_query.hpp"

namespace kontor::imap {
namespace {

using search::Field;
using search::TextOp;
using ::testing::ElementsAre;

wire::SearchKey key(wire::SearchOp op, std::string text, std::string name = {}) {
  wire::SearchKey out;
  out.op = op;
  out.text = std::move(text);
  out.name = std::move(name);
  return out;
}

TEST(SearchQuery, HeaderFieldsAreAskedByWhatTheIndexKeepsApart) {
  const auto subject = text_query(key(wire::SearchOp::header, "Plan", "SUBJECT"));
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->op, TextOp::literal);
  EXPECT_EQ(subject->fields, search::fields_of(Field::subject));
  const auto other = key(wire::SearchOp::header, "x", "List-Id");
  EXPECT_EQ(text_query(other)->fields, search::fields_of(Field::header));
  EXPECT_TRUE(asks_for_more(other));
  EXPECT_FALSE(asks_for_more(key(wire::SearchOp::header, "x", "To")));
}

TEST(SearchQuery, AnEmptyTextAsksWhetherTheFieldIsThere) {
  EXPECT_FALSE(text_query(key(wire::SearchOp::header, "", "To")));
  EXPECT_FALSE(text_query(key(wire::SearchOp::body, "")));
}

TEST(SearchQuery, TextInASCIIIsLookedForInTheHeaderItself) {
  for (const auto* text : {"plan", "Subject: a", "from", ": x"}) {
    const auto one = key(wire::SearchOp::text, text);
    EXPECT_TRUE(leaves_header(one)) << text;
    EXPECT_EQ(text_query(one)->fields, search::k_every_field & ~search::fields_of(Field::header));
  }
  EXPECT_FALSE(leaves_header(key(wire::SearchOp::body, "plan")));
  EXPECT_FALSE(leaves_header(key(wire::SearchOp::text, "план")));
  EXPECT_EQ(text_query(key(wire::SearchOp::text, "план"))->fields, search::k_every_field);
}

TEST(SearchQuery, TextMayBeginInTheNameOfAField) {
  for (const auto* text : {"Subject: ё", "ject: é"})
    EXPECT_FALSE(text_query(key(wire::SearchOp::text, text))) << text;
  for (const auto* text : {"plan: ё", "fromё"})
    EXPECT_TRUE(text_query(key(wire::SearchOp::text, text))) << text;
}

TEST(SearchQuery, InsideFuzzyWordsAreAsked) {
  auto fuzzy = key(wire::SearchOp::text, "from the plan");
  fuzzy.fuzzy = true;
  EXPECT_EQ(text_query(fuzzy)->op, TextOp::words);
  EXPECT_EQ(text_query(fuzzy)->fields & search::fields_of(search::Field::header), 0);
  EXPECT_FALSE(text_query(key(wire::SearchOp::sent_on, "x")));
}

TEST(Relevancy, UsesTheWholeRange) {
  EXPECT_THAT(scores_of({1, 2, 3, 9}, {{3, 8.0}, {1, 4.0}, {2, 2.0}}), ElementsAre(34, 1, 100, 1));
  EXPECT_THAT(scores_of({1, 2}, {{1, 3.0}, {2, 3.0}}), ElementsAre(100, 100));
}

}  // namespace
}  // namespace kontor::imap
