// SPDX-License-Identifier: GPL-3.0-or-later
// HeaderFilter: what it says no to does not hold the text, whatever the header looks like.
#include "search/fields/header_filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "search/fields/message_text.hpp"
#include "search/fields/parts.hpp"

namespace kontor::search {
namespace {

bool may(std::string_view needle, std::string_view raw) {
  return HeaderFilter(needle).may_contain(raw);
}

TEST(HeaderFilter, looks_at_letters_in_any_case) {
  EXPECT_TRUE(may("plan b", "X-Note: A PLAN\r\n B"));
  EXPECT_TRUE(may("x-note: plan", "X-Note:Plan"));
  EXPECT_TRUE(may("", "X: y"));
  EXPECT_FALSE(may("plan", "X-Note: pla\r\n n"));
  EXPECT_FALSE(may("plan", "X-Note: other"));
}

TEST(HeaderFilter, leaves_open_what_is_to_be_decoded) {
  EXPECT_TRUE(may("plan", "X: =?utf-8?q?pl=61n?="));
  EXPECT_TRUE(may("plan", "X: pla\rn"));
  EXPECT_TRUE(may("plan", "X: \xc3\xa9"));
  EXPECT_TRUE(may("план", "X: \xd0\x9f\xd0\xbb\xd0\xb0\xd0\xbd"));
  EXPECT_FALSE(may("план", "X: plan"));
}

TEST(HeaderFilter, never_hides_a_text_of_random_headers) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"a",
                                           "B",
                                           ":",
                                           " ",
                                           "\t",
                                           "\r\n ",
                                           "\r\n\t",
                                           "\n ",
                                           "\r",
                                           "=?",
                                           "?=",
                                           "X-",
                                           "plan",
                                           "\xe2\x84\xaa",
                                           "\xff",
                                           "=?utf-8?q?b=61?=",
                                           "=?koi8-r?b?79Te?=",
                                           "\r\nY: "};
  const auto piece = [&] { return pieces[random() % pieces.size()]; };
  int found = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string raw = "X-Name: ";
    for (auto n = random() % 12; n > 0; --n) raw += piece();
    raw += "\r\n\r\n";
    std::vector<std::string> lines;
    for (const auto& field : header_texts(raw))
      lines.push_back(field.name + ": " + mime::fold_case(field.value));
    const MessageText text(std::make_shared<const std::string>(raw), {});
    for (const auto& line : lines) {
      const auto begin = random() % (line.size() + 1);
      const auto needle = line.substr(begin, random() % 8);
      if (mime::fold_case(needle) != needle) continue;  // cut in the midst of a character
      EXPECT_TRUE(may(needle, raw)) << raw << "|" << needle;
      EXPECT_TRUE(text.header_contains(needle)) << raw << "|" << needle;
      ++found;
    }
    const auto other = mime::fold_case(piece() + piece());
    EXPECT_EQ(text.header_contains(other),
              std::ranges::any_of(lines, [&](const auto& line) { return line.contains(other); }))
        << raw << "|" << other;
  }
  EXPECT_GT(found, 5'000);
}

}  // namespace
}  // namespace kontor::search
