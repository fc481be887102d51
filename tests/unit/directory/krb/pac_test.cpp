// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/pac.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

// The logon information of a ticket of a Samba 4.17 domain (ADTEST): alice, four global groups, and
// S-1-18-1 as the extra identifier.
constexpr std::string_view k_alice =
    "01100800ccccccccd801000000000000000002000000000000000000ffffffffffffff7fffffffffffffff7fd02e21"
    "ec"
    "217add01d02e21ec217add01ffffffffffffff7f0a000a00040002001a001a0008000200000000000c000200000000"
    "00"
    "1000020000000000140002000000000018000200000000004f04000001020000040000001c00020020000000000000"
    "00"
    "00000000000000000000000006000800200002000c000e002400020028000200000000000000000010020000000000"
    "00"
    "000000000000000000000000000000000000000000000000010000002c000200000000000000000000000000050000"
    "00"
    "000000000500000061006c0069006300650000000d000000000000000d00000010043b0438044104300420001f0435"
    "04"
    "420440043e043204300400000000000000000000000000000000000000000000000000000000000000000000000000"
    "00"
    "0000000000000000000000000400000001020000070000005b0400000700000060040000070000005f040000070000"
    "00"
    "0400000000000000030000004400430031000000070000000000000006000000410044005400450053005400040000"
    "000104000000000005150000006b32ace1eb4517616591fbc301000000300002000700000001000000010100000000"
    "00"
    "120100000000000000";

std::string alice() { return hex_decode(k_alice).value_or(""); }

TEST(Pac, ReadsARealTicket) {
  const auto info = parse_logon_info(alice());
  ASSERT_TRUE(info) << info.error().text();
  EXPECT_EQ(info->account_name, "alice");
  EXPECT_EQ(info->domain, "ADTEST");
  const std::string domain = "S-1-5-21-3786158699-1628915179-3288043877";
  EXPECT_EQ(info->user, domain + "-1103");
  const std::vector<Sid> groups = {"S-1-18-1", domain + "-1115", domain + "-1119", domain + "-1120",
                                   domain + "-513"};
  EXPECT_EQ(info->groups, groups);
}

TEST(Pac, EveryShorterOneIsRefused) {
  const std::string whole = alice();
  // Four bytes at the end are the padding of the whole.
  for (std::size_t size = 0; size < whole.size() - 4; ++size)
    EXPECT_FALSE(parse_logon_info(std::string_view(whole).substr(0, size))) << size;
}

TEST(Pac, AnyChangedByteIsAnErrorOrAnotherValueNeverMore) {
  const std::string whole = alice();
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const char value : {'\x00', '\x01', '\x7f', '\xff'}) {
      std::string changed = whole;
      changed[i] = value;
      if (const auto info = parse_logon_info(changed))
        EXPECT_LE(info->groups.size(), 16U) << "byte " << i;
    }
}

TEST(Pac, HugeCountsAreRefusedBeforeAnythingIsKept) {
  struct Row {
    std::size_t at;
    const char* what;
  };
  const std::string whole = alice();
  const auto group_count = whole.find(std::string("\x01\x02\x00\x00\x04\x00\x00\x00", 8)) + 4;
  const std::string sid_count_mark("\x01\x00\x00\x00\x2c\x00\x02\x00", 8);
  for (const Row& row : {Row{group_count, "groups"}, Row{whole.find(sid_count_mark), "extra"}}) {
    std::string changed = whole;
    changed.replace(row.at, 4, std::string("\xff\xff\xff\x7f", 4));
    const auto info = parse_logon_info(changed);
    ASSERT_FALSE(info) << row.what;
    EXPECT_EQ(info.error().code(), Errc::limit) << row.what;
  }
}

TEST(Pac, OtherVersionsAndByteOrdersAreRefused) {
  std::string big_endian = alice();
  big_endian[1] = 0;
  std::string version_two = alice();
  version_two[0] = 2;
  for (const auto& bytes : {std::string(), std::string(100, '\0'), big_endian, version_two})
    EXPECT_EQ(parse_logon_info(bytes).error().code(), Errc::bad_input);
}

}  // namespace
}  // namespace kontor::directory
