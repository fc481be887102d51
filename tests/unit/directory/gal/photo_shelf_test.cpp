// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/gal/photo_shelf.hpp"

#include <gtest/gtest.h>

#include "base/io/memory_disk.hpp"

namespace kontor::directory {
namespace {

TEST(PhotoShelf, GivesBackWhatWasPutAndNothingElse) {
  io::MemoryDisk disk;
  const PhotoShelf shelf("/data", disk);
  const auto name = shelf.put("picture");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->size(), 32U);
  EXPECT_EQ(*shelf.put("picture"), *name);
  EXPECT_EQ(*shelf.read(*name), "picture");
  EXPECT_EQ(shelf.read(std::string(32, '0')).error().code(), Errc::not_found);
  EXPECT_EQ(shelf.read("../copy").error().code(), Errc::not_found) << "a name is no path";
}

TEST(PhotoShelf, DamagedPhotosAreWrittenAgain) {
  io::MemoryDisk disk;
  const PhotoShelf shelf("/data", disk);
  const std::string name = *shelf.put("picture");
  const auto file = disk.open("/data/directory/photos/" + name, io::OpenMode::write);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write(0, "P"));
  EXPECT_EQ(shelf.read(name).error().code(), Errc::corrupt);
  ASSERT_TRUE(shelf.put("picture"));
  EXPECT_EQ(*shelf.read(name), "picture");
}

TEST(PhotoShelf, KeepsOnlyWhatIsNamed) {
  io::MemoryDisk disk;
  const PhotoShelf shelf("/data", disk);
  EXPECT_EQ(shelf.keep_only({}), 0U) << "there is no shelf yet";
  const std::string kept = *shelf.put("one");
  const std::string dropped = *shelf.put("two");
  EXPECT_EQ(shelf.keep_only({kept}), 1U);
  EXPECT_TRUE(shelf.read(kept));
  EXPECT_FALSE(shelf.read(dropped));
}

}  // namespace
}  // namespace kontor::directory
