// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/given.hpp"

#include <gtest/gtest.h>

#include "server/dav/busy_address.hpp"

namespace kontor::dav {
namespace {

TEST(Given, HasOneName) {
  const Given given{*Uuid::parse("0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b"), 17};
  const auto segment = given_segment(given);
  EXPECT_EQ(segment, "shared-0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b-17");
  EXPECT_EQ(parse_given(segment), given);
  const std::string account = segment.substr(0, segment.size() - 2);
  for (const std::string& one :
       {std::string(), std::string("shared-"), std::string("default"), account, account + "x17",
        account + "17 ", account + "017", account + "+17", account + "-17", account + "17/a",
        account + "2147483648", account + "4294967296",
        std::string("shared-0192A3B4-C5D6-7E8F-9A0B-1C2D3E4F5A6B-17"), "x" + segment})
    EXPECT_FALSE(parse_given(one)) << one;
}

TEST(BusyName, IsWhatStandsBetween) {
  for (const auto* path :
       {"/freebusy/anna", "/freebusy/anna.ifb", "/FreeBusy/anna.VFB", "/freebusy/anna.fb"})
    EXPECT_EQ(busy_name(path), "anna") << path;
  EXPECT_EQ(busy_name("/freebusy/anna@example.test.vfb"), "anna@example.test");
  EXPECT_EQ(busy_name("/freebusy/.ifb"), ".ifb");
  EXPECT_EQ(busy_name("/freebusy/a/b.ifb"), "");
  EXPECT_EQ(busy_name("/freebusy/"), "");
  EXPECT_EQ(busy_name("/health"), "");
}

}  // namespace
}  // namespace kontor::dav
