// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/process.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kontor::app {
namespace {

using ::testing::HasSubstr;

struct ProcessTest : ::testing::Test {
  ProcessTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "kontor-process-XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~ProcessTest() override { std::filesystem::remove_all(folder); }
  std::string folder;
};

TEST_F(ProcessTest, TheDataFolderIsMadeForItsOwnerAlone) {
  const auto data = folder + "/a/b/data";
  ASSERT_TRUE(make_data_folder(data, ""));
  struct stat info{};
  ASSERT_EQ(::stat(data.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  EXPECT_TRUE(check_data_folder(data));
  // One that is there already stays as the administrator made it.
  ASSERT_EQ(::chmod(data.c_str(), 0750), 0);
  ASSERT_TRUE(make_data_folder(data, "no-such-user-here"));
  ASSERT_EQ(::stat(data.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0750U);
}

TEST_F(ProcessTest, WhatCannotBeADataFolderIsNamed) {
  const auto plain = folder + "/plain";
  std::ofstream(plain) << "a file";
  const auto file = check_data_folder(plain);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().detail(), HasSubstr(plain + " is not a folder"));
  const auto missing = check_data_folder(folder + "/missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Errc::not_found);
  const auto below = make_data_folder(plain + "/below", "");
  ASSERT_FALSE(below);
  EXPECT_THAT(below.error().detail(), HasSubstr("the data folder " + plain + "/below"));
}

TEST_F(ProcessTest, OnlyAKnownUserIsBecome) {
  EXPECT_TRUE(become_user(""));
  const auto stranger = become_user("no-such-user-here");
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code(), Errc::not_found);
  EXPECT_THAT(stranger.error().detail(), HasSubstr("no-such-user-here"));
}

TEST_F(ProcessTest, TheFileLimitRisesToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = std::min<rlim_t>(256, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_file_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST_F(ProcessTest, ProgramsLieSideBySide) {
  const auto own = std::filesystem::read_symlink("/proc/self/exe");
  EXPECT_EQ(sibling_program("kontor-directory"), (own.parent_path() / "kontor-directory").string());
}

}  // namespace
}  // namespace kontor::app
