// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/local_source.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/crypto/password.hpp"
#include "directory/local/demo.hpp"

namespace kontor::directory {
namespace {

using testing::HasSubstr;

class Receiver final : public SourceReceiver {
 public:
  void apply(const std::string&, Changes changes) override {
    const std::lock_guard lock(mutex_);
    sets_.push_back(std::move(changes));
    changed_.notify_all();
  }
  void status_changed(const std::string&) override {
    const std::lock_guard lock(mutex_);
    ++words_;
    changed_.notify_all();
  }
  // The newest set when `count` were handed over; an empty one when that takes too long.
  Changes wait_for_set(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return sets_.size() >= count; });
    return sets_.size() < count ? Changes() : sets_.back();
  }
  bool wait_for_words(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return words_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Changes> sets_;
  int words_ = 0;
};

class LocalSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "kontor-ldif-XXXXXX";
    ASSERT_TRUE(mkdtemp(pattern.data()));
    folder_ = pattern;
    path_ = pattern + "/directory.ldif";
  }
  void TearDown() override {
    if (source_) source_->stop();
    thread_ = {};
    std::filesystem::remove_all(folder_);
  }
  void start() {
    source_ = std::make_unique<LocalSource>(path_, system_clock());
    thread_ = std::jthread([this] { source_->run(receiver_); });
  }
  void replace(const std::string& text) {
    std::ofstream(path_ + ".new") << text;
    std::filesystem::rename(path_ + ".new", path_);
  }
  static std::string person(const std::string& name) {
    return "dn: uid=" + name + ",dc=x\nobjectClass: inetOrgPerson\nuid: " + name + "\n\n";
  }

  std::string folder_, path_;
  Receiver receiver_;
  std::unique_ptr<LocalSource> source_;
  std::jthread thread_;
};

TEST_F(LocalSourceTest, FollowsTheFile) {
  replace(person("a"));
  start();
  EXPECT_EQ(receiver_.wait_for_set(1).upserts.size(), 1U);
  replace(person("a") + person("b"));
  const auto second = receiver_.wait_for_set(2);
  EXPECT_TRUE(second.is_complete);
  EXPECT_EQ(second.upserts.size(), 2U);
  std::ofstream(path_, std::ios::app) << person("c");
  EXPECT_EQ(receiver_.wait_for_set(3).upserts.size(), 3U);
  source_->reconcile();
  EXPECT_EQ(receiver_.wait_for_set(4).upserts.size(), 3U);
  EXPECT_TRUE(source_->status().is_reachable);
}

TEST_F(LocalSourceTest, ABrokenOrEmptyFileLeavesEverythingAsItWas) {
  start();
  ASSERT_TRUE(receiver_.wait_for_words(1));
  EXPECT_FALSE(source_->status().is_reachable);
  EXPECT_THAT(source_->status().detail, HasSubstr("directory.ldif"));
  replace(person("a"));
  EXPECT_EQ(receiver_.wait_for_set(1).upserts.size(), 1U);
  ASSERT_TRUE(receiver_.wait_for_words(2));
  replace(person("a") + "nonsense\n");
  ASSERT_TRUE(receiver_.wait_for_words(3));
  EXPECT_FALSE(source_->status().is_reachable);
  EXPECT_THAT(source_->status().detail, HasSubstr("line 5"));
  replace("");
  ASSERT_TRUE(receiver_.wait_for_words(4));
  EXPECT_THAT(source_->status().detail, HasSubstr("nobody"));
  std::filesystem::remove(path_);
  ASSERT_TRUE(receiver_.wait_for_words(5));
  replace(person("b"));
  EXPECT_EQ(receiver_.wait_for_set(2).upserts.front().account_name, "b");
}

TEST_F(LocalSourceTest, ChecksPasswordsOfTheFileAsItIsNow) {
  const auto with_password = [](const std::string& password) {
    return "dn: uid=a,dc=x\nobjectClass: inetOrgPerson\nuid: a\nuserPassword: " +
           crypto::hash_password(password) + "\n\n" + person("b");
  };
  replace(with_password("old"));
  start();
  const auto people = receiver_.wait_for_set(1).upserts;
  ASSERT_EQ(people.size(), 2U);
  EXPECT_TRUE(source_->check(people[0], "a", "old"));
  const auto wrong = source_->check(people[0], "a", "new");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Errc::auth_failed);
  EXPECT_EQ(wrong.error().detail(), "wrong password");
  EXPECT_THAT(source_->check(people[1], "b", "old").error().detail(),
              HasSubstr("no usable password"));
  replace(with_password("new"));
  ASSERT_EQ(receiver_.wait_for_set(2).upserts.size(), 2U);
  EXPECT_TRUE(source_->check(people[0], "a", "new"));
  EXPECT_FALSE(source_->check(people[0], "a", "old"));
}

TEST_F(LocalSourceTest, BeforeTheFileWasReadNobodysPasswordIsWrong) {
  start();
  ASSERT_TRUE(receiver_.wait_for_words(1));  // there is no file
  EXPECT_EQ(source_->check(Principal(), "a", "x").error().code(), Errc::unavailable);
}

TEST_F(LocalSourceTest, TheDemoFileIsMadeOnceForItsOwnerAlone) {
  ASSERT_TRUE(ensure_demo_directory(path_));
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  replace(person("mine"));
  ASSERT_TRUE(ensure_demo_directory(path_));
  start();
  EXPECT_EQ(receiver_.wait_for_set(1).upserts.size(), 1U);
  EXPECT_FALSE(ensure_demo_directory(folder_ + "/missing/directory.ldif"));
}

}  // namespace
}  // namespace kontor::directory
