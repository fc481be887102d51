// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/key_cache.hpp"

#include <gtest/gtest.h>

namespace kontor::imap {
namespace {

using Keys = std::vector<std::pair<store::ItemId, HeaderKeys>>;

Keys keys(store::ItemId first, store::ItemId last, std::string_view from = "ANNA") {
  Keys out;
  for (auto item = first; item <= last; ++item) {
    HeaderKeys one;
    one.subject = "SUBJECT " + std::to_string(item);
    one.from = from;
    one.references = {item, item + 1};
    out.emplace_back(item, std::move(one));
  }
  return out;
}

TEST(AccountKeys, know_what_they_lack) {
  AccountKeys account;
  ASSERT_TRUE(account.add(keys(10, 20)));
  ASSERT_TRUE(account.add(keys(1, 3)));
  const std::vector<store::ItemId> asked{20, 2, 21, 4, 4, 15};
  EXPECT_EQ(account.missing(asked), (std::vector<store::ItemId>{4, 21}));
  EXPECT_TRUE(account.missing({}).empty());
}

TEST(AccountKeys, give_rows_in_the_order_asked_for) {
  AccountKeys account;
  ASSERT_TRUE(account.add(keys(1, 5'000)));
  const std::vector<store::ItemId> asked{7, 8, 4'999, 3, 6'000};
  const auto rows = account.rows(asked);
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(account.text(rows[0].subject), "SUBJECT 7");
  EXPECT_EQ(account.text(rows[2].subject), "SUBJECT 4999");
  EXPECT_EQ(account.text(rows[3].subject), "SUBJECT 3");
  EXPECT_EQ(rows[0].from, rows[3].from);  // one text, one ref
  EXPECT_EQ(rows[4].item, 0U);
  EXPECT_EQ(account.text(rows[1].references).size(), 16U);
}

TEST(AccountKeys, take_the_same_message_twice) {
  AccountKeys account;
  ASSERT_TRUE(account.add(keys(1, 10)));
  ASSERT_TRUE(account.add(keys(5, 12)));
  EXPECT_EQ(account.size(), 12U);
}

TEST(AccountKeys, cost_what_their_header_says) {
  AccountKeys account;
  ASSERT_TRUE(account.add(keys(1, 100'000)));
  EXPECT_LT(account.bytes() / 100'000, 200U);
}

TEST(KeyCache, forgets_the_account_used_least_recently) {
  KeyCache cache(1'000'000);
  const auto a = Uuid::random(), b = Uuid::random();
  auto first = cache.of(a);
  ASSERT_TRUE(first->add(keys(1, 5'000)));
  ASSERT_TRUE(cache.of(b)->add(keys(1, 5'000)));
  cache.trim(b, 5'000);
  EXPECT_LE(cache.bytes(), 1'000'000U);
  EXPECT_EQ(cache.of(b)->size(), 5'000U);
  EXPECT_EQ(cache.of(a)->size(), 0U);
  EXPECT_EQ(first->size(), 5'000U);  // whoever works on them has them still
}

TEST(KeyCache, forgets_keys_of_messages_long_gone) {
  KeyCache cache(100'000'000);
  const auto account = Uuid::random();
  ASSERT_TRUE(cache.of(account)->add(keys(1, 10'000)));
  cache.trim(account, 6'000);
  EXPECT_EQ(cache.of(account)->size(), 10'000U);
  cache.trim(account, 100);
  EXPECT_EQ(cache.of(account)->size(), 0U);
}

}  // namespace
}  // namespace kontor::imap
