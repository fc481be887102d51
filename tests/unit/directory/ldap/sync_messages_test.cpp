// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/sync_messages.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

std::string bytes(std::string_view hex) { return hex_decode(hex).value_or("?"); }

const std::string k_uuid = "00112233445566778899aabbccddeeff";

TEST(SyncMessages, TheRequestAsTheStandardHasIt) {
  EXPECT_EQ(hex_encode(encode_sync_request("")), "30030a0103");
  EXPECT_EQ(hex_encode(encode_sync_request("c1")), "30070a010304026331");
  const std::string cookie(200, 'x');
  EXPECT_EQ(hex_encode(encode_sync_request(cookie)).substr(0, 22), "3081ce0a01030481c87878");
}

TEST(SyncMessages, StatesOfEntries) {
  struct Row {
    std::string hex;
    SyncState::Kind kind;
    std::string cookie;
  };
  const Row rows[] = {
      {"30150a01000410" + k_uuid, SyncState::Kind::present, ""},
      {"30150a01010410" + k_uuid, SyncState::Kind::add, ""},
      {"30190a01020410" + k_uuid + "04026331", SyncState::Kind::modify, "c1"},
      {"3081150a01030410" + k_uuid, SyncState::Kind::remove, ""},
  };
  for (const auto& row : rows) {
    const auto state = parse_sync_state(bytes(row.hex));
    ASSERT_TRUE(state.has_value()) << row.hex << ": " << state.error().detail();
    EXPECT_EQ(state->kind, row.kind);
    EXPECT_EQ(state->uuid.hex(), k_uuid);
    EXPECT_EQ(state->cookie, row.cookie);
  }
}

TEST(SyncMessages, EndsOfSearches) {
  EXPECT_FALSE(parse_sync_done(bytes("3000"))->refresh_deletes);
  const auto done = parse_sync_done(bytes("3007040263310101ff"));
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->cookie, "c1");
  EXPECT_TRUE(done->refresh_deletes);
}

TEST(SyncMessages, WordsBetweenEntries) {
  const auto fresh = parse_sync_info(bytes("80026331"));
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(std::get<SyncNewCookie>(*fresh).cookie, "c1");

  struct Row {
    std::string hex;
    bool is_present, done;
    std::string cookie;
  };
  for (const auto& row : {Row{"a100", false, true, ""}, Row{"a200", true, true, ""},
                          Row{"a204"
                              "04026331",
                              true, true, "c1"},
                          Row{"a203010100", true, false, ""},
                          Row{"a107"
                              "04026331"
                              "010100",
                              false, false, "c1"}}) {
    const auto info = parse_sync_info(bytes(row.hex));
    ASSERT_TRUE(info.has_value()) << row.hex;
    const auto& phase = std::get<SyncPhase>(*info);
    EXPECT_EQ(phase.is_present, row.is_present) << row.hex;
    EXPECT_EQ(phase.done, row.done) << row.hex;
    EXPECT_EQ(phase.cookie, row.cookie) << row.hex;
  }

  const auto kept =
      parse_sync_info(bytes("a3143112"
                            "0410" +
                            k_uuid));
  ASSERT_TRUE(kept.has_value()) << kept.error().detail();
  EXPECT_FALSE(std::get<SyncIdSet>(*kept).deletes);
  ASSERT_EQ(std::get<SyncIdSet>(*kept).uuids.size(), 1U);
  EXPECT_EQ(std::get<SyncIdSet>(*kept).uuids[0].hex(), k_uuid);
  const auto gone =
      parse_sync_info(bytes("a329"
                            "0101ff"
                            "3124"
                            "0410" +
                            k_uuid + "0410" + k_uuid));
  ASSERT_TRUE(gone.has_value()) << gone.error().detail();
  EXPECT_TRUE(std::get<SyncIdSet>(*gone).deletes);
  EXPECT_EQ(std::get<SyncIdSet>(*gone).uuids.size(), 2U);
}

TEST(SyncMessages, WhatIsMalformedIsRefused) {
  for (const auto& hex :
       {std::string(), std::string("30"), std::string("3001"), std::string("30800a0100"),
        std::string("3085000000001504"), "30150a01040410" + k_uuid, "30150a01ff0410" + k_uuid,
        "30140a01000410" + k_uuid.substr(2), "30140a0100040f" + k_uuid.substr(2),
        "30150a01000410" + k_uuid + "00", "31150a01000410" + k_uuid,
        "30160a01000410" + k_uuid + "00", "30840fffffff0a01000410" + k_uuid})
    EXPECT_FALSE(parse_sync_state(bytes(hex)).has_value()) << hex;
  for (const auto* hex : {"", "a4", "a400", "a1", "a101", "a1020101", "a10401020000", "a300",
                          "a3023105", "a30431020410", "a3053103040100", "8003ab", "80016100"})
    EXPECT_FALSE(parse_sync_info(bytes(hex)).has_value()) << hex;
  for (const auto* hex : {"", "3003040263", "300204", "3005010200ff00", "30030101ff00"})
    EXPECT_FALSE(parse_sync_done(bytes(hex)).has_value()) << hex;
  EXPECT_FALSE(parse_sync_info("\x80\x83\x01\x00\x01" + std::string(65'537, 'c')).has_value())
      << "a cookie without end";
}

// Every cut of a good message is refused, none read beyond its end.
TEST(SyncMessages, EveryCutIsRefused) {
  const auto whole = bytes(
      "a329"
      "0101ff"
      "3124"
      "0410" +
      k_uuid + "0410" + k_uuid);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_sync_info(whole.substr(0, size)).has_value()) << size;
}

}  // namespace
}  // namespace kontor::directory
