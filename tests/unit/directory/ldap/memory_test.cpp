// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/memory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

struct MemoryTest : ::testing::Test {
  MemoryTest() {
    memory.about = "ad.test\nOU=x";
    memory.database = std::string("\0\x01guid", 6);
    memory.position = {4711, std::string("co\0okie", 7), k_dirsync_incremental_values | 1, true};
    memory.everything_read = 1'763'772'707;
    for (int number = 1; number <= 20; ++number) {
      Converted one;
      one.principal = test_person(number, "person" + std::to_string(number));
      one.principal.limits.logon_hours = std::string(21, '\xAA');
      one.primary_group = "S-1-5-21-1-2-3-513";
      one.usn = 100U + static_cast<unsigned>(number);
      people.emplace(one.principal.id.guid, one);
    }
    auto group = test_group(30, "group", {test_id(1), PrincipalId{"S-1-5-21-9-9-9-1", Uuid()}});
    people.emplace(group.id.guid, Converted{group, "", false, 99});
  }
  Memory memory;
  std::map<Uuid, Converted> people;
};

TEST_F(MemoryTest, ComesBackAsItWas) {
  const auto bytes = encode_memory(memory, people);
  const auto read = decode_memory(bytes);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->about, memory.about);
  EXPECT_EQ(read->database, memory.database);
  EXPECT_EQ(read->position.usn, 4711U);
  EXPECT_EQ(read->position.cookie, memory.position.cookie);
  EXPECT_EQ(read->position.flags, memory.position.flags);
  EXPECT_TRUE(read->position.shows_tombstones);
  EXPECT_EQ(read->everything_read, memory.everything_read);
  ASSERT_EQ(read->everybody.size(), people.size());
  for (const auto& one : read->everybody) {
    const auto& before = people.at(one.principal.id.guid);
    EXPECT_EQ(one.principal, before.principal) << one.principal.name;
    EXPECT_EQ(one.primary_group, before.primary_group);
    EXPECT_EQ(one.usn, before.usn);
  }
}

// A cookie never comes with people it does not stand for: any damage is told.
TEST_F(MemoryTest, AnyDamageIsTold) {
  const auto good = encode_memory(memory, people);
  for (std::size_t at = 0; at < good.size(); at += 7) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    EXPECT_FALSE(decode_memory(bad)) << at;
    EXPECT_FALSE(decode_memory(good.substr(0, at))) << at;
  }
  auto later = good;
  later[8] = static_cast<char>(k_memory_version + 1);
  EXPECT_EQ(decode_memory(later).error().code(), Errc::unsupported);
}

TEST_F(MemoryTest, StandsInAFileOfItsDomain) {
  std::string folder = ::testing::TempDir() + "kontor-memory-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const auto file = memory_file(folder, "ad.test");
  EXPECT_FALSE(read_memory(file));
  ASSERT_TRUE(write_memory(file, memory, people));
  memory.position.cookie = "next";
  ASSERT_TRUE(write_memory(file, memory, people));
  const auto read = read_memory(file);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->position.cookie, "next");
  EXPECT_FALSE(read_memory(memory_file(folder, "child.ad.test")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace kontor::directory
