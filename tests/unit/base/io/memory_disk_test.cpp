// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/memory_disk.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/io/faulty_files.hpp"

namespace kontor::io {
namespace {

std::string content(MemoryDisk& disk, const std::string& path) {
  const auto bytes = read_file(disk, path, 1 << 20);
  return bytes ? *bytes : bytes.error().text();
}

// What a file may hold after a power loss, over many seeds.
std::set<std::string> outcomes(const MemoryDisk& disk, const std::string& path) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    seen.insert(content(*disk.after_power_loss(seed), path));
  return seen;
}

TEST(MemoryDisk, SyncedBytesAndNamesSurvive) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/a", "old"));
  EXPECT_EQ(outcomes(disk, "/a"), std::set<std::string>{"old"});
}

TEST(MemoryDisk, UnsyncedBytesMayBeThereOrNot) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/a", std::string(1'024, 'a')));
  auto file = disk.open("/a", OpenMode::write);
  ASSERT_TRUE((*file)->write(0, std::string(1'024, 'b')));
  const auto seen = outcomes(disk, "/a");
  EXPECT_TRUE(seen.contains(std::string(1'024, 'a'))) << "lost";
  EXPECT_TRUE(seen.contains(std::string(1'024, 'b'))) << "kept";
  EXPECT_TRUE(seen.contains(std::string(512, 'a') + std::string(512, 'b'))) << "reordered";
  EXPECT_GT(seen.size(), 6U) << "torn inside a sector";
  EXPECT_EQ(content(disk, "/a"), std::string(1'024, 'b')) << "the running disk is not touched";
}

TEST(MemoryDisk, AnUnsyncedNameMayBeMissing) {
  MemoryDisk disk;
  auto file = disk.open("/a", OpenMode::create);
  ASSERT_TRUE((*file)->write(0, "x"));
  ASSERT_TRUE((*file)->sync());
  const auto seen = outcomes(disk, "/a");
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen.contains("x"));
  ASSERT_TRUE(disk.sync_directory("/"));
  EXPECT_EQ(outcomes(disk, "/a"), std::set<std::string>{"x"});
}

TEST(MemoryDisk, ARenameWithoutSyncOfTheContentMayGiveAnEmptyFile) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/a", "old"));
  auto file = disk.open("/a.new", OpenMode::create);
  ASSERT_TRUE((*file)->write(0, "new"));
  ASSERT_TRUE(disk.rename("/a.new", "/a"));
  const auto seen = outcomes(disk, "/a");
  EXPECT_TRUE(seen.contains("old"));
  EXPECT_TRUE(seen.contains("new"));
  EXPECT_TRUE(seen.contains("")) << "the classic mistake must show";
}

TEST(MemoryDisk, WriteFileDurablyIsOldOrNewAtEveryOperation) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/a", "old"));
  std::uint64_t points = 0;
  disk.before_each([&](std::uint64_t number) {
    for (std::uint64_t seed = 0; seed < 50; ++seed, ++points) {
      const auto after = content(*disk.after_power_loss(number * 1'000 + seed), "/a");
      EXPECT_TRUE(after == "old" || after == "new") << after;
    }
  });
  ASSERT_TRUE(write_file_durably(disk, "/a", "new"));
  disk.before_each({});
  EXPECT_EQ(outcomes(disk, "/a"), std::set<std::string>{"new"});
  EXPECT_GE(points, 250U);
}

TEST(MemoryDisk, AFailedSyncLosesThePagesForGood) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/a", "old"));
  auto file = disk.open("/a", OpenMode::write);
  ASSERT_TRUE((*file)->write(0, "new"));
  disk.set_syncs(Syncs::failing);
  EXPECT_EQ((*file)->sync().error().code(), Errc::io_error);
  disk.set_syncs(Syncs::honest);
  EXPECT_TRUE((*file)->sync()) << "as on Linux: the second sync has nothing to write";
  EXPECT_EQ(content(disk, "/a"), "new") << "the page cache still shows it";
  EXPECT_EQ(outcomes(disk, "/a"), std::set<std::string>{"old"});
  ASSERT_TRUE((*file)->write(0, "new"));
  ASSERT_TRUE((*file)->sync());
  EXPECT_EQ(outcomes(disk, "/a"), std::set<std::string>{"new"}) << "written again, it is kept";
}

TEST(MemoryDisk, ALyingSyncIsFound) {
  MemoryDisk disk;
  disk.set_syncs(Syncs::dropped);
  ASSERT_TRUE(write_file_durably(disk, "/a", "new"));
  EXPECT_GT(outcomes(disk, "/a").size(), 1U);
}

TEST(MemoryDisk, AKilledProcessLosesNothingButMayLaterLosePower) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/a", "old"));
  auto file = disk.open("/a", OpenMode::write);
  ASSERT_TRUE((*file)->write(0, "new"));
  const auto killed = disk.after_kill();
  EXPECT_EQ(content(*killed, "/a"), "new");
  EXPECT_EQ(outcomes(*killed, "/a").size(), outcomes(disk, "/a").size());
}

TEST(MemoryDisk, AFullDiskSaysSo) {
  MemoryDisk disk(1'000);
  auto file = disk.open("/a", OpenMode::create);
  EXPECT_TRUE((*file)->write(0, std::string(900, 'x')));
  EXPECT_EQ((*file)->write(900, std::string(101, 'x')).error().code(), Errc::no_space);
  EXPECT_EQ(*disk.free_space("/"), 100U);
  EXPECT_TRUE((*file)->truncate(100));
  EXPECT_TRUE((*file)->write(900, std::string(100, 'x')));
}

TEST(FaultyFiles, FailsWhereTold) {
  MemoryDisk disk;
  FaultyFiles files(disk);
  files.decide_by([](const OperationInfo& info) {
    return info.kind == Operation::sync && info.path == "/b.new" ? 5 /* EIO */ : 0;
  });
  EXPECT_TRUE(write_file_durably(files, "/a", "a"));
  EXPECT_EQ(write_file_durably(files, "/b", "b").error().code(), Errc::io_error);
  files.decide_by({});
  EXPECT_TRUE(write_file_durably(files, "/b", "b"));
  EXPECT_EQ(files.operations(), 6U + 4U + 6U);
}

TEST(FaultyFiles, AFailedWriteMayHaveBeenDoneByHalf) {
  MemoryDisk disk;
  FaultyFiles files(disk);
  auto file = files.open("/a", OpenMode::create);
  files.decide_by([](const OperationInfo&) { return 28 /* ENOSPC */; });
  EXPECT_EQ((*file)->write(0, "12345678").error().code(), Errc::no_space);
  EXPECT_EQ(content(disk, "/a"), "1234");
  files.decide_by([](const OperationInfo&) { return FaultyFiles::k_drop; });
  EXPECT_TRUE((*file)->write(0, "x"));
  EXPECT_TRUE((*file)->sync());
  EXPECT_EQ(content(disk, "/a"), "1234") << "dropped";
}

}  // namespace
}  // namespace kontor::io
