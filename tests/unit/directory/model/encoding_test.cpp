// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/encoding.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/core/crc32c.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

std::vector<Principal> samples() {
  auto anna = test_person(1, "anna");
  anna.name = "Анна Кузнецова";
  anna.given_name = "Анна";
  anna.surname = "Кузнецова";
  anna.title = "Head of sales";
  anna.department = "Продажи";
  anna.company = "Example";
  anna.telephone = "+7 495 000-00-00";
  anna.office = "12";
  anna.card = {"А.К.", "+7 916 000-00-00", "2", "Тверская, 1", "Москва", "77", "125009", "RU", "p"};
  anna.credential_stamp = "133485408000000000";
  anna.expires = -5;
  anna.is_admin = true;
  anna.member_of = {test_id(10)};
  anna.sid_history = {"S-1-5-21-9-8-7-1104"};
  anna.policies = {"quota=10G", "квота"};
  anna.limits.control = 0x40200;
  anna.limits.locked_until = 1'800'000'000;
  anna.limits.must_change_password = true;
  anna.limits.logon_hours = std::string(21, '\xFF');
  anna.mail_rules.is_hidden = anna.mail_rules.deliver_and_redirect = true;
  anna.mail_rules.alternate = test_id(2, "ad");
  anna.mail_rules.delegates = {test_id(3)};
  anna.mail_rules.x500 = {"/o=example/cn=anna"};
  anna.mail_rules.quota_send = 1U << 30U;
  anna.mail_rules.recipient_type = -1;
  auto contact = test_person(2, "partner");
  contact.kind = Kind::contact;
  contact.state = State::disabled;
  contact.mail_rules.target_address = "partner@elsewhere.test";
  auto sales = test_group(10, "sales", {test_id(1), test_id(2, "ad")});
  sales.group_type = 0x80000002;
  sales.mail_rules.signed_in_only = true;
  sales.mail_rules.owner = test_id(1);
  sales.mail_rules.allowed_senders = {test_id(1), test_id(4)};
  sales.mail_rules.refused_senders = {test_id(5)};
  sales.mail_rules.shared_with = {test_id(6)};
  sales.mail_rules.is_moderated = true;
  sales.mail_rules.moderators = {test_id(1)};
  sales.mail_rules.past_moderation = {test_id(3), test_id(4)};
  sales.mail_rules.moderation_flags = 1;
  sales.mail_rules.quota_warning = 0;
  sales.mail_rules.quota_receive = 2;
  return {anna, contact, sales};
}

std::string with_checksum(std::string bytes) {
  ByteWriter sum;
  sum.u32(crc32c(bytes));
  return bytes + sum.bytes();
}

TEST(CopyEncoding, WhatIsWrittenIsRead) {
  const DirectoryCopy copy(samples(), 42);
  const auto read = decode_copy(encode_copy(copy));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->generation, 42U);
  ASSERT_EQ(read->principals.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(read->principals[i], *copy.all()[i]);
}

// KONTOR_WRITE_GENERATED=1 writes it anew.
TEST(CopyEncoding, TheGeneratedSampleIsCurrent) {
  const auto bytes = encode_copy(DirectoryCopy(samples(), 42));
  EXPECT_EQ(fuzz_sample("directory_copy/three", bytes), bytes);
}

TEST(CopyEncoding, EveryCutIsNoticed) {
  const auto bytes = encode_copy(DirectoryCopy(samples(), 1));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_copy(std::string_view(bytes).substr(0, size))) << size;
    // A cut with the right checksum: the lengths inside tell.
    if (size >= 4) EXPECT_FALSE(decode_copy(with_checksum(bytes.substr(0, size - 4)))) << size;
  }
  EXPECT_FALSE(decode_copy(bytes + "x"));
}

TEST(CopyEncoding, EveryFlippedBitIsNoticed) {
  const auto bytes = encode_copy(DirectoryCopy(samples(), 1));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(decode_copy(damaged)) << i;
  }
}

TEST(CopyEncoding, AnotherVersionIsNotGuessedAt) {
  auto bytes = encode_copy(DirectoryCopy(samples(), 1));
  bytes[8] = static_cast<char>(k_copy_version + 1);
  const auto read = decode_copy(with_checksum(bytes.substr(0, bytes.size() - 4)));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Errc::unsupported);
}

TEST(CopyEncoding, ACountThatCannotBeTrueReservesNothing) {
  ByteWriter out;
  out.raw("KONTORDC");
  out.u32(k_copy_version);
  out.u64(1);
  out.u32(0xFFFFFFFF);
  const auto read = decode_copy(with_checksum(out.take()));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Errc::corrupt);
}

TEST(CopyEncoding, WhatIsNotThereHasOneForm) {
  const auto written = [](std::optional<std::int64_t> locked_until) {
    Principal person = test_person(1, "anna");
    person.limits.locked_until = locked_until;
    ByteWriter out;
    write_principal(out, person);
    return out.take();
  };
  const std::string free = written(std::nullopt);
  const auto flag = std::ranges::mismatch(free, written(7)).in1 - free.begin();
  const auto is_read = [&](char is_there, char number) {
    std::string bytes = free;
    bytes[flag] = is_there;
    bytes[flag + 1] = number;
    ByteReader in(bytes);
    static_cast<void>(read_principal(in));
    return in.at_end();
  };
  EXPECT_TRUE(is_read(0, 0));
  EXPECT_TRUE(is_read(1, 7));
  EXPECT_FALSE(is_read(0, 7));
}

TEST(CopyEncoding, ChangesComeBack) {
  Changes changes;
  changes.upserts = samples();
  changes.removals = {test_id(7), test_id(8, "ad")};
  ByteWriter out;
  write_changes(out, changes);
  ByteReader in(out.bytes());
  const auto read = read_changes(in);
  EXPECT_TRUE(in.at_end());
  EXPECT_FALSE(read.is_complete);
  EXPECT_EQ(read.upserts, changes.upserts);
  EXPECT_EQ(read.removals, changes.removals);
}

}  // namespace
}  // namespace kontor::directory
