// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/cache/copy_holder.hpp"

#include <gmock/gmock.h>

#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "directory/model/encoding.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

class CopyHolderTest : public testing::Test {
 protected:
  void write(std::uint64_t generation, std::vector<Principal> people) {
    const DirectoryCopy copy(std::move(people), generation);
    ASSERT_TRUE(io::write_file_durably(disk_, "/copy", encode_copy(copy)));
  }
  io::MemoryDisk disk_;
  log::RecordingSink sink_;
  CopyHolder holder_{"/copy", disk_, log::Context(sink_)};
  int told_ = 0;
  Subscription subscription_ = holder_.subscribe([this] { ++told_; });
};

TEST_F(CopyHolderTest, WithoutAFileNobodyIsKnown) {
  EXPECT_EQ(holder_.load().error().code(), Errc::not_found);
  EXPECT_EQ(holder_.current()->generation(), 0U);
  EXPECT_EQ(told_, 0);
}

TEST_F(CopyHolderTest, ANewFileKeepsTheObjectsThatDidNotChange) {
  write(5, {test_person(1, "anna"), test_person(2, "boris")});
  ASSERT_TRUE(holder_.load());
  const auto anna = holder_.current()->find(test_id(1));
  write(6, {test_person(1, "anna"), test_person(3, "clara")});
  ASSERT_TRUE(holder_.load());
  EXPECT_EQ(holder_.current()->find(test_id(1)), anna);
  EXPECT_FALSE(holder_.current()->find(test_id(2)));
  ASSERT_TRUE(holder_.load());  // the same again says nothing
  EXPECT_EQ(told_, 2);
}

TEST_F(CopyHolderTest, ADeltaCountsOnlyOnTheGenerationItFollows) {
  write(5, {test_person(1, "anna")});
  ASSERT_TRUE(holder_.load());
  Changes changes;
  changes.upserts = {test_person(2, "boris")};
  EXPECT_FALSE(holder_.apply(4, 6, changes));
  EXPECT_FALSE(holder_.apply(6, 7, changes));
  EXPECT_EQ(holder_.current()->size(), 1U);
  EXPECT_TRUE(holder_.apply(5, 6, changes));
  EXPECT_EQ(holder_.current()->size(), 2U);
  EXPECT_EQ(holder_.current()->generation(), 6U);
  EXPECT_EQ(told_, 2);
}

TEST_F(CopyHolderTest, ADamagedFileLeavesTheCopyInForce) {
  write(5, {test_person(1, "anna")});
  ASSERT_TRUE(holder_.load());
  ASSERT_TRUE(io::write_file_durably(disk_, "/copy", "nonsense, and enough of it"));
  EXPECT_EQ(holder_.load().error().code(), Errc::corrupt);
  EXPECT_EQ(holder_.current()->size(), 1U);
  EXPECT_EQ(sink_.count("directory.copy.unreadable"), 1U);
}

}  // namespace
}  // namespace kontor::directory
