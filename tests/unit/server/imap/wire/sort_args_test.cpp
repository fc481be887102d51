// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/sort_args.hpp"

#include <gtest/gtest.h>

namespace kontor::imap::wire {
namespace {

namespace ret = search_return;

TEST(SortArguments, are_criteria_charset_and_keys) {
  const auto sort = parse_sort("(subject REVERSE DATE) UTF-8 SINCE 1-Feb-1994");
  ASSERT_TRUE(sort);
  EXPECT_EQ(sort->criteria,
            (std::vector<SortCriterion>{{SortKey::subject, false}, {SortKey::date, true}}));
  EXPECT_FALSE(sort->search.extended);
  EXPECT_EQ(sort->search.keys.back().op, SearchOp::since);
  EXPECT_TRUE(
      parse_sort("(ARRIVAL CC FROM SIZE TO DISPLAYFROM REVERSE DISPLAYTO) \"us-ascii\" ALL"));
}

TEST(SortArguments, may_ask_for_returns) {
  const auto sort = parse_sort("RETURN (MIN PARTIAL -1:-100 UPDATE CONTEXT) (DATE) UTF-8 ALL");
  ASSERT_TRUE(sort);
  EXPECT_EQ(sort->search.returns, ret::min | ret::partial | ret::update | ret::context);
  EXPECT_TRUE(sort->search.partial.from_end);
  EXPECT_EQ(sort->search.partial.last, 100U);
  EXPECT_EQ(parse_sort("RETURN () (DATE) UTF-8 ALL")->search.returns, ret::all);
  EXPECT_EQ(parse_sort("RETURN (UPDATE) (DATE) UTF-8 ALL")->search.returns, ret::all | ret::update);
  EXPECT_EQ(parse_sort("RETURN (SAVE) (DATE) UTF-8 ALL")->search.returns, unsigned{ret::save});
}

TEST(SortArguments, know_relevancy_of_fuzzy_searches) {  // RFC 6203, 6
  const auto sort =
      parse_sort("RETURN (RELEVANCY ALL) (RELEVANCY REVERSE DATE) UTF-8 FUZZY TEXT x");
  ASSERT_TRUE(sort);
  EXPECT_EQ(sort->criteria.front().key, SortKey::relevancy);
  EXPECT_FALSE(parse_sort("(RELEVANCY) UTF-8 TEXT x"));
  EXPECT_FALSE(parse_sort("RETURN (RELEVANCY) (DATE) UTF-8 TEXT x"));
}

TEST(SortArguments, that_are_wrong_are_refused) {
  for (const auto* text :
       {"", "()", "() UTF-8 ALL", "(NIX) UTF-8 ALL", "(REVERSE) UTF-8 ALL", "DATE UTF-8 ALL",
        "(DATE) UTF-8", "(DATE) ALL", "(DATE) UTF-8 ALL ", "(DATE)",
        "RETURN (NIX) (DATE) UTF-8 ALL", "RETURN (PARTIAL 1:2 PARTIAL 3:4) (DATE) UTF-8 ALL",
        "RETURN (ALL PARTIAL 1:2) (DATE) UTF-8 ALL", "RETURN (PARTIAL 0:1) (DATE) UTF-8 ALL",
        "RETURN (PARTIAL -1:1) (DATE) UTF-8 ALL", "RETURN (PARTIAL 1:*) (DATE) UTF-8 ALL",
        "RETURN (PARTIAL) (DATE) UTF-8 ALL", "RETURN (DATE) UTF-8 ALL"})
    EXPECT_FALSE(parse_sort(text)) << text;
  EXPECT_EQ(parse_sort("(DATE) X-UNKNOWN ALL").error().code(), Errc::unsupported);
}

TEST(ThreadArguments, name_an_algorithm) {
  EXPECT_EQ(parse_thread("references utf-8 ALL")->algorithm, ThreadAlgorithm::references);
  EXPECT_EQ(parse_thread("REFS UTF-8 ALL")->algorithm, ThreadAlgorithm::refs);
  EXPECT_EQ(parse_thread("ORDEREDSUBJECT US-ASCII TEXT \"gewp\"")->algorithm,
            ThreadAlgorithm::ordered_subject);
  for (const auto* text : {"", "NIX UTF-8 ALL", "REFS", "REFS UTF-8", "RETURN () REFS UTF-8 ALL"})
    EXPECT_FALSE(parse_thread(text)) << text;
}

TEST(MultiSearchArguments, name_mailboxes) {
  const auto parsed = parse_multi_search(
      "IN (mailboxes \"folder1\" subtree (a INBOX/b) subtree-one c personal selected) RETURN (MIN) "
      "CHARSET UTF-8 unseen",
      false);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->sources.size(), 5U);
  EXPECT_EQ(parsed->sources[0].names, std::vector<std::string>{"folder1"});
  EXPECT_EQ(parsed->sources[1].names, (std::vector<std::string>{"a", "INBOX/b"}));
  EXPECT_EQ(parsed->sources[2].kind, FilterKind::subtree_one);
  EXPECT_EQ(parsed->sources[4].kind, FilterKind::selected);
  EXPECT_EQ(parsed->search.returns, unsigned{ret::min});
  const auto plain = parse_multi_search("UNSEEN", false);
  EXPECT_TRUE(plain->sources.empty());
  EXPECT_TRUE(plain->search.extended);
  EXPECT_EQ(plain->search.returns, unsigned{ret::all});
  for (const auto* text :
       {"", "IN () ALL", "IN (nix) ALL", "IN (selected-delayed) ALL", "IN (subtree) ALL",
        "IN (personal (scope 1)) ALL", "IN (mailboxes ()) ALL", "IN (personal)"})
    EXPECT_FALSE(parse_multi_search(text, false)) << text;
}

TEST(CancelUpdateArguments, are_tags) {
  EXPECT_EQ(*parse_cancel_update("\"B01\" \"B02\""), (std::vector<std::string>{"B01", "B02"}));
  for (const auto* text : {"", "B01", "\"B01\" "}) EXPECT_FALSE(parse_cancel_update(text)) << text;
}

}  // namespace
}  // namespace kontor::imap::wire
