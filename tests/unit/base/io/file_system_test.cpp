// SPDX-License-Identifier: GPL-3.0-or-later
// Every FileSystem keeps the same contract: one suite, run against each.
#include "base/io/file_system.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/io/faulty_files.hpp"
#include "base/io/memory_disk.hpp"

namespace kontor::io {
namespace {

class Place {  // a file system and an empty folder in it
 public:
  virtual ~Place() = default;
  virtual FileSystem& files() = 0;
  std::string at(const std::string& name) const { return folder_ + "/" + name; }
  const std::string& folder() const { return folder_; }

 protected:
  std::string folder_;
};

class RealPlace final : public Place {
 public:
  RealPlace() {
    std::string name = std::filesystem::temp_directory_path() / "kontor-io-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~RealPlace() override { std::filesystem::remove_all(folder_); }
  FileSystem& files() override { return real_file_system(); }
};

class MemoryPlace final : public Place {
 public:
  MemoryPlace() {
    folder_ = "/work";
    EXPECT_TRUE(disk_.make_directory(folder_));
  }
  FileSystem& files() override { return disk_; }

 private:
  MemoryDisk disk_;
};

class FaultyPlace final : public Place {
 public:
  FaultyPlace() : faulty_(disk_) {
    folder_ = "/work";
    EXPECT_TRUE(disk_.make_directory(folder_));
  }
  FileSystem& files() override { return faulty_; }

 private:
  MemoryDisk disk_;
  FaultyFiles faulty_;
};

template <class T>
class FileSystemContract : public testing::Test {
 protected:
  T place;
};
using Places = testing::Types<RealPlace, MemoryPlace, FaultyPlace>;
TYPED_TEST_SUITE(FileSystemContract, Places);

TYPED_TEST(FileSystemContract, ReadsBackWhatWasWrittenAtEveryOffset) {
  auto& files = this->place.files();
  auto file = files.open(this->place.at("a"), OpenMode::create);
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->write(0, "hello"));
  EXPECT_TRUE((*file)->write(1'000, "far"));
  EXPECT_TRUE((*file)->sync());
  EXPECT_EQ(*(*file)->size(), 1'003U);
  EXPECT_EQ(*read_some(**file, 0, 5), "hello");
  EXPECT_EQ(*read_some(**file, 5, 3), std::string(3, '\0'));
  EXPECT_EQ(*read_some(**file, 1'001, 100), "ar");
  EXPECT_EQ(*read_some(**file, 5'000, 100), "");
}

TYPED_TEST(FileSystemContract, ACutFileGrowsAgainWithZeros) {
  auto file = this->place.files().open(this->place.at("a"), OpenMode::create);
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->write(0, std::string(2'000, 'x')));
  EXPECT_TRUE((*file)->truncate(700));
  EXPECT_TRUE((*file)->truncate(900));
  EXPECT_EQ(*read_some(**file, 698, 1'000), "xx" + std::string(200, '\0'));
}

TYPED_TEST(FileSystemContract, ModesOfOpening) {
  auto& files = this->place.files();
  const auto path = this->place.at("a");
  EXPECT_EQ(files.open(path, OpenMode::read).error().code(), Errc::not_found);
  EXPECT_EQ(files.open(path, OpenMode::write).error().code(), Errc::not_found);
  EXPECT_TRUE(files.open(path, OpenMode::write_or_create));
  EXPECT_EQ(files.open(path, OpenMode::create).error().code(), Errc::exists);
  auto reader = files.open(path, OpenMode::read);
  ASSERT_TRUE(reader);
  EXPECT_FALSE((*reader)->write(0, "x"));
  EXPECT_EQ(files.open(this->place.at("no/a"), OpenMode::create).error().code(), Errc::not_found);
}

TYPED_TEST(FileSystemContract, NamesAreListedSortedAndRenamedOver) {
  auto& files = this->place.files();
  for (const char* name : {"c", "a", "b"})
    ASSERT_TRUE(write_file_durably(files, this->place.at(name), name));
  EXPECT_EQ(*files.list(this->place.folder()), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(files.rename(this->place.at("c"), this->place.at("a")));
  EXPECT_EQ(*read_file(files, this->place.at("a"), 10), "c");
  EXPECT_TRUE(files.remove(this->place.at("b")));
  EXPECT_EQ(files.remove(this->place.at("b")).error().code(), Errc::not_found);
  EXPECT_EQ(*files.list(this->place.folder()), (std::vector<std::string>{"a"}));
  EXPECT_EQ(files.list(this->place.at("none")).error().code(), Errc::not_found);
}

TYPED_TEST(FileSystemContract, ALinkIsTheSameFile) {
  auto& files = this->place.files();
  ASSERT_TRUE(write_file_durably(files, this->place.at("a"), "one"));
  ASSERT_TRUE(files.link(this->place.at("a"), this->place.at("b")));
  EXPECT_EQ(files.link(this->place.at("a"), this->place.at("b")).error().code(), Errc::exists);
  auto file = files.open(this->place.at("a"), OpenMode::write);
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->write(0, "two"));
  EXPECT_EQ(*read_file(files, this->place.at("b"), 10), "two");
}

TYPED_TEST(FileSystemContract, FoldersAreMadeWithTheirParents) {
  auto& files = this->place.files();
  const auto path = this->place.at("x/y/z");
  EXPECT_TRUE(make_directories(files, path));
  EXPECT_TRUE(make_directories(files, path));
  EXPECT_TRUE(files.stat(path)->directory);
  EXPECT_EQ(files.make_directory(path).error().code(), Errc::exists);
  EXPECT_FALSE(files.remove(this->place.at("x"))) << "not empty";
  EXPECT_TRUE(files.remove(path));
  EXPECT_EQ(files.stat(path).error().code(), Errc::not_found);
  EXPECT_GT(*files.free_space(this->place.folder()), 0U);
}

TYPED_TEST(FileSystemContract, ALockHasOneHolder) {
  auto& files = this->place.files();
  auto first = files.lock(this->place.at("lock"));
  ASSERT_TRUE(first);
  EXPECT_EQ(files.lock(this->place.at("lock")).error().code(), Errc::busy);
  first->reset();
  EXPECT_TRUE(files.lock(this->place.at("lock")));
}

TYPED_TEST(FileSystemContract, AFileLongerThanAllowedIsNotRead) {
  auto& files = this->place.files();
  ASSERT_TRUE(write_file_durably(files, this->place.at("a"), "12345"));
  EXPECT_EQ(*read_file(files, this->place.at("a"), 5), "12345");
  EXPECT_EQ(read_file(files, this->place.at("a"), 4).error().code(), Errc::limit);
}

TEST(Paths, Parent) {
  EXPECT_EQ(parent_of("/a/b"), "/a");
  EXPECT_EQ(parent_of("/a"), "/");
  EXPECT_EQ(parent_of("a"), ".");
}

}  // namespace
}  // namespace kontor::io
