// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/name_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kontor::mime {
namespace {

TEST(NameOrder, PutsNamesAsTheirReadersExpect) {
  const std::vector<std::string> wanted{"абрамов", "Абрамова", "Ежов",  "Ёжиков",  "Жуков",
                                        "Йошкин",  "Юдин",     "Adams", "adams b", "Ångström",
                                        "Baker",   "de Boer",  "Zorn"};
  std::vector<std::string> sorted = wanted;
  std::ranges::reverse(sorted);
  std::ranges::sort(sorted, {}, [](const std::string& name) { return name_order_key(name); });
  // Ё counts as Е until nothing else tells two names apart: Ежов is after Ёжиков by its third
  // letter.
  std::vector<std::string> expected = wanted;
  std::swap(expected[2], expected[3]);
  EXPECT_EQ(sorted, expected);
}

TEST(NameOrder, TakesAnyBytes) {
  EXPECT_LT(name_order_key(""), name_order_key("a"));
  EXPECT_FALSE(name_order_key("\xFF\xFE").empty());
  EXPECT_LT(name_order_key("a"), name_order_key(std::string(5'000, 'b')));
}

}  // namespace
}  // namespace kontor::mime
