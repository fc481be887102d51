// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/collation.hpp"

#include <gtest/gtest.h>

namespace kontor::mime {
namespace {

TEST(Collation, is_that_of_rfc_5051) {
  EXPECT_EQ(casemap_key("Hello, World_1"), "HELLO, WORLD_1");
  EXPECT_EQ(casemap_key("привет"), "ПРИВЕТ");
  // Title case, then the decomposition of the result.
  EXPECT_EQ(casemap_key("é"), "E\u0301");
  EXPECT_EQ(casemap_key("ё"), "Е\u0308");
  EXPECT_EQ(casemap_key("ﬁ"), "fi");  // the ligature has no title case of its own
  EXPECT_EQ(casemap_key("ß"), "ß");   // nor has this, by the simple mapping
  EXPECT_EQ(casemap_key("ǆ"), "Dz\u030C");
  EXPECT_EQ(casemap_key("\xFF"
                        "a"),
            "\uFFFDA");
  EXPECT_EQ(casemap_key(""), "");
}

TEST(Collation, orders_as_people_with_one_case_would) {
  EXPECT_LT(casemap_key("apple"), casemap_key("Banana"));
  EXPECT_LT(casemap_key("Яблоко"), casemap_key("яблоня"));
  EXPECT_LT(casemap_key("Z"), casemap_key("_"));  // letters are capitals here
  EXPECT_EQ(casemap_key("CAFÉ"), casemap_key("cafe\u0301"));
}

}  // namespace
}  // namespace kontor::mime
