// SPDX-License-Identifier: GPL-3.0-or-later
// Who waits for whom at an index: searches go on while it is added to, and nothing of an index that
// was found damaged meanwhile comes into the next one.
#include "server/indexer/index_shelf.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <thread>

#include "base/log/recording_sink.hpp"
#include "tests/unit/search/index/folder.hpp"

namespace kontor::indexer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t k_open = 4;

std::vector<search::Document> mails(search::ItemId first, search::ItemId last) {
  std::vector<search::Document> out;
  for (auto item = first; item <= last; ++item) {
    auto& document = out.emplace_back();
    document.item = item;
    document.texts = {{search::Field::body, "the same text in all of them"}};
  }
  return out;
}

// The disk; who opens a database that is to be taken over stands still there once.
class StandingFiles final : public io::FileSystem {
 public:
  Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override {
    if (path.ends_with("/packed") && stands_.exchange(false)) {
      reached.count_down();
      go_on.wait();
    }
    return real_.open(path, mode);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return real_.rename(from, to);
  }
  Result<void> link(const std::string& existing, const std::string& name) override {
    return real_.link(existing, name);
  }
  Result<void> remove(const std::string& path) override { return real_.remove(path); }
  Result<void> make_directory(const std::string& path) override {
    return real_.make_directory(path);
  }
  Result<void> sync_directory(const std::string& path) override {
    return real_.sync_directory(path);
  }
  Result<std::vector<std::string>> list(const std::string& path) const override {
    return real_.list(path);
  }
  Result<io::FileInfo> stat(const std::string& path) const override { return real_.stat(path); }
  Result<std::uint64_t> free_space(const std::string& path) const override {
    return real_.free_space(path);
  }
  Result<std::unique_ptr<io::FileLock>> lock(const std::string& path) override {
    return real_.lock(path);
  }

  void stand() { stands_ = true; }
  std::latch reached{1}, go_on{1};

 private:
  io::FileSystem& real_ = io::real_file_system();
  std::atomic<bool> stands_ = false;
};

class IndexShelfTest : public ::testing::Test {
 protected:
  IndexShelfTest() {
    std::filesystem::create_directories(folder_.path("account"));
    lease_ = shelf_.lease(account_, folder_.path("account"));
  }

  Result<bool> add(search::ItemId first, search::ItemId last) {
    return shelf_.change<bool>(lease_, [&](search::AccountIndex& index) -> Result<bool> {
      KONTOR_TRY(index.add(mails(first, last), last));
      return true;
    });
  }
  Result<search::Items> find() {
    return shelf_.use<search::Items>(lease_,
                                     [](search::AccountIndex& index) -> Result<search::Items> {
                                       search::TextQuery query;
                                       query.op = search::TextOp::words;
                                       query.text = "same";
                                       KONTOR_TRY(auto found, index.match(query));
                                       return found.certain;
                                     });
  }
  // add() on another thread, which stands still before its database is taken over.
  std::future<Result<bool>> begin_to_add(search::ItemId first, search::ItemId last) {
    files_.stand();
    auto adding = std::async(std::launch::async, [this, first, last] { return add(first, last); });
    files_.reached.wait();
    return adding;
  }
  void damage() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path("account/fts")))
      if (entry.is_regular_file() && entry.path().filename() != "catalog")
        std::filesystem::resize_file(entry.path(), 100);
  }

  search::TestFolder folder_;
  StandingFiles files_;
  log::RecordingSink sink_;
  IndexShelf shelf_{
      [this](const std::string& path) { return search::AccountIndex::open(path, {"en"}, files_); },
      "fts", k_open, log::Context(sink_)};
  store::AccountId account_ = Uuid::random();
  IndexShelf::Lease lease_;
};

TEST_F(IndexShelfTest, ASearchDoesNotWaitForWhatIsBeingAdded) {
  ASSERT_TRUE(add(1, 2));
  auto adding = begin_to_add(3, 4);
  EXPECT_THAT(*find(), ElementsAre(1, 2));
  EXPECT_EQ(shelf_.known(account_)->position, 2U);
  files_.go_on.count_down();
  EXPECT_TRUE(adding.get());
  EXPECT_THAT(*find(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(shelf_.known(account_)->position, 4U);
}

TEST_F(IndexShelfTest, WhoeverHadALeaseMakesNothingInAMailboxThatIsGone) {
  ASSERT_TRUE(add(1, 2));
  EXPECT_EQ(shelf_.find(account_), lease_);
  shelf_.leave(account_);
  EXPECT_EQ(shelf_.find(account_), nullptr);
  EXPECT_EQ(add(3, 4).error().code(), Errc::cancelled);
  EXPECT_EQ(shelf_.drop(lease_).error().code(), Errc::cancelled);
  std::filesystem::remove_all(folder_.path("account"));
  EXPECT_EQ(find().error().code(), Errc::cancelled);
  // Nor does who opens it at the last moment: there is nothing to make it in.
  EXPECT_EQ(search::AccountIndex::open(folder_.path("account/fts"), {"en"}).error().code(),
            Errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("account")));
}

TEST_F(IndexShelfTest, WhatWasBeingAddedToADamagedIndexIsNotInTheNext) {
  ASSERT_TRUE(add(1, 2));
  auto adding = begin_to_add(3, 4);
  damage();
  EXPECT_EQ(find().error().code(), Errc::corrupt);
  EXPECT_THAT(*find(), IsEmpty());  // a new one in its place
  files_.go_on.count_down();
  EXPECT_EQ(adding.get().error().code(), Errc::conflict);
  EXPECT_THAT(*find(), IsEmpty());
  EXPECT_EQ(shelf_.known(account_)->position, 0U);
  ASSERT_TRUE(add(1, 5));
  EXPECT_THAT(*find(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(IndexShelfTest, AnIndexThatGoesAwayIsNotLeftWhileItIsAddedTo) {
  ASSERT_TRUE(add(1, 2));
  auto adding = begin_to_add(3, 4);
  auto leaving = std::async(std::launch::async, [this] { shelf_.leave(account_); });
  while (!IndexShelf::wanted(lease_)) std::this_thread::yield();
  files_.go_on.count_down();
  EXPECT_TRUE(adding.get());
  leaving.get();
  EXPECT_EQ(find().error().code(), Errc::cancelled);
}

}  // namespace
}  // namespace kontor::indexer
