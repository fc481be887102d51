// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/analyze/layout.hpp"

#include <gtest/gtest.h>

#include <set>

namespace kontor::search {
namespace {

std::optional<std::string> offered(std::string_view text) {
  const std::set<std::string, std::less<>> words = {"привет", "мир",   "обновление", "hello",
                                                    "it",     "съезд", "договор",    "елка"};
  return other_layout(text, [&](std::string_view term) { return words.contains(term); });
}

TEST(Layout, offers_what_the_other_one_makes) {
  EXPECT_EQ(offered("ghbdtn"), "привет");
  EXPECT_EQ(offered("Ghbdtn  vbh"), "Привет  мир");
  EXPECT_EQ(offered("j,yjdktybt"), "обновление");  // the comma is a letter
  EXPECT_EQ(offered("c]tpl"), "съезд");
  EXPECT_EQ(offered("`krf"), "ёлка");
  EXPECT_EQ(offered("руддщ"), "hello");
  EXPECT_EQ(offered("hello vbh 42"), "hello мир 42");
}

TEST(Layout, offers_nothing_that_is_not_known) {
  EXPECT_EQ(offered("hello"), std::nullopt);   // fine as it is
  EXPECT_EQ(offered("qwerty"), std::nullopt);  // a word in neither
  EXPECT_EQ(offered("ghbdtn qwerty"), std::nullopt);
  EXPECT_EQ(offered("ghbплn"), std::nullopt);  // of both
  EXPECT_EQ(offered("42 --"), std::nullopt);
  EXPECT_EQ(offered(""), std::nullopt);
  EXPECT_EQ(offered("漢字 \xFF"), std::nullopt);
}

}  // namespace
}  // namespace kontor::search
