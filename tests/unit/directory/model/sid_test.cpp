// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/sid.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

TEST(SidForms, BinaryToText) {
  struct Row {
    const char* hex;
    const char* text;  // nullptr: refused
  };
  for (const Row& row :
       {Row{"010100000000000512000000", "S-1-5-18"},
        Row{"0105000000000005150000006b32ace1eb4517616591fbc34f040000",
            "S-1-5-21-3786158699-1628915179-3288043877-1103"},
        Row{"0100000000000005", "S-1-5"}, Row{"0101ffffffffffff00000000", "S-1-281474976710655-0"},
        Row{"", nullptr}, Row{"01", nullptr}, Row{"020100000000000512000000", nullptr},
        Row{"0102000000000005120000", nullptr}, Row{"010100000000000512000000ff", nullptr},
        Row{"0110000000000005", nullptr}}) {
    const auto sid = sid_from_bytes(hex_decode(row.hex).value_or(""));
    ASSERT_EQ(sid.has_value(), row.text != nullptr) << row.hex;
    if (sid) EXPECT_EQ(*sid, row.text);
  }
}

TEST(SidForms, DomainAndRelativeIdentifier) {
  EXPECT_EQ(sid_with_rid("S-1-5-21-1-2-3", 513), "S-1-5-21-1-2-3-513");
  EXPECT_EQ(domain_of_sid("S-1-5-21-1-2-3-513"), "S-1-5-21-1-2-3");
  EXPECT_FALSE(domain_of_sid("S-1-5"));
  EXPECT_FALSE(domain_of_sid("S-1"));
  EXPECT_FALSE(domain_of_sid(""));
  EXPECT_FALSE(domain_of_sid("no-sid-at-all"));
}

}  // namespace
}  // namespace kontor::directory
