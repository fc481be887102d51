// SPDX-License-Identifier: GPL-3.0-or-later
// Appending, group commit, rolling and reading; what happens when the disk is sound.
#include "store/log/account_log.hpp"

#include <algorithm>
#include <atomic>

#include "base/io/faulty_files.hpp"
#include "log_fixture.hpp"

namespace kontor::store {
namespace {
using namespace testing;

class AccountLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<io::MemoryDisk> disk = new_disk();
  SyncPool pool{0};
};

TEST_F(AccountLogTest, WhatWasAppendedComesBackInOrder) {
  {
    const auto log = create_log(*disk, pool);
    const auto first = append_now(*log, pool, {"one"});
    ASSERT_TRUE(first);
    EXPECT_EQ(first->first_sequence, 1U);
    EXPECT_EQ(first->positions, (std::vector<LogPosition>{{1, 1'024}}));
    EXPECT_EQ(first->end, (LogPosition{1, 1'067}));
    const auto second = append_now(*log, pool, {"two", "", "three"});
    EXPECT_EQ(second->first_sequence, 2U);
    EXPECT_EQ(second->positions, (std::vector<LogPosition>{{1, 1'067}, {1, 1'110}, {1, 1'150}}));
    EXPECT_EQ(log->last_sequence(), 4U);
    EXPECT_EQ(log->end(), second->end);
    EXPECT_EQ(log->durable().end, second->end);
    EXPECT_EQ(log->durable().sequence, 4U);
  }
  const auto again = open_log(*disk, pool);
  ASSERT_TRUE(again.log) << again.error;
  EXPECT_EQ(payloads_of(again.frames), (std::vector<std::string>{"one", "two", "", "three"}));
  EXPECT_EQ(again.report.frames, 4U);
  EXPECT_EQ(again.report.last_sequence, 4U);
  EXPECT_EQ(again.report.torn_bytes, 0U);
  EXPECT_TRUE(again.report.damage.empty());
  EXPECT_EQ(again.log->last_sequence(), 4U);
  EXPECT_EQ(again.frames[2].position, (LogPosition{1, 1'110}));
}

TEST_F(AccountLogTest, OneLogAnAccountAndNoneIsNotFound) {
  EXPECT_TRUE(open_log(*disk, pool).error.starts_with("not_found"));
  const auto log = create_log(*disk, pool);
  const auto twice = AccountLog::create(local_log_device(*disk, k_folder), pool, k_small);
  EXPECT_EQ(twice.error().code(), Errc::exists);
  EXPECT_TRUE(open_log(*disk, pool).log) << "an empty log is a log";
}

TEST_F(AccountLogTest, ConcurrentAppendsShareOneWriteAndOneSync) {
  io::FaultyFiles counted(*disk);
  const auto log = create_log(counted, pool);
  std::string order;
  for (const char name : {'a', 'b', 'c', 'd'}) {
    ASSERT_TRUE(log->append(frames_of({std::string(1, name)}), [&order, name](Result<void> done) {
      EXPECT_TRUE(done);
      order.push_back(name);
    }));
  }
  EXPECT_EQ(pool.waiting(), 1U) << "one leader";
  EXPECT_EQ(order, "") << "nothing completes before the sync";
  EXPECT_EQ(log->durable().sequence, 0U);
  std::string kinds;
  counted.decide_by([&kinds](const io::OperationInfo& info) {
    kinds += info.kind == io::Operation::write ? "w" : info.kind == io::Operation::sync ? "s" : "?";
    return 0;
  });
  run_all(pool);
  EXPECT_EQ(kinds, "ws");
  EXPECT_EQ(order, "abcd") << "in order of sequence";
}

TEST_F(AccountLogTest, AppendingFromACompletionGoesOn) {
  const auto log = create_log(*disk, pool);
  int depth = 0;
  std::function<void()> again = [&] {
    if (++depth > 5) return;
    ASSERT_TRUE(log->append(frames_of({std::to_string(depth)}), [&](Result<void> done) {
      EXPECT_TRUE(done);
      again();
    }));
  };
  again();
  run_all(pool);
  EXPECT_EQ(depth, 6);
  EXPECT_EQ(log->durable().sequence, 5U);
}

TEST_F(AccountLogTest, FullLogsAreSealedAndANewOneBegun) {
  std::vector<std::string> written;
  {
    const auto log = create_log(*disk, pool);
    for (int i = 0; i < 40; ++i) {
      written.push_back(std::string(300, static_cast<char>('a' + i % 26)));
      ASSERT_TRUE(append_now(*log, pool, {written.back()}));
    }
    EXPECT_EQ(log->end().file, 5U);
    EXPECT_EQ(log->last_sequence(), 40U + 4U) << "a seal has a number too";
  }
  EXPECT_EQ(*disk->list(k_folder),
            (std::vector<std::string>{"log.000001", "log.000002", "log.000003", "log.000004",
                                      "log.000005"}));
  EXPECT_LE(bytes_of(*disk, "log.000002").size(), 4'096U);
  auto again = open_log(*disk, pool);
  EXPECT_EQ(payloads_of(again.frames), written);
  EXPECT_TRUE(again.report.damage.empty());
  for (const auto& frame : again.frames)
    EXPECT_EQ(*again.log->read_payload(frame.position), frame.payload);
}

TEST_F(AccountLogTest, TheFramesOfOneAppendStandInOneLog) {
  const auto log = create_log(*disk, pool);
  ASSERT_TRUE(append_now(*log, pool, {std::string(2'000, 'x')}));
  const auto group = append_now(*log, pool, {std::string(600, 'y'), std::string(600, 'z')});
  ASSERT_TRUE(group);
  EXPECT_EQ(group->positions[0].file, 2U);
  EXPECT_EQ(group->positions[1].file, 2U);
  EXPECT_EQ(group->first_sequence, 3U);
}

TEST_F(AccountLogTest, AFrameLongerThanALogHasOneOfItsOwn) {
  const auto log = create_log(*disk, pool);
  const std::string message(10'000, 'm');
  ASSERT_TRUE(append_now(*log, pool, {message}));
  const auto next = append_now(*log, pool, {"next"});
  EXPECT_EQ(next->positions[0], (LogPosition{2, 1'024}));
  EXPECT_EQ(*log->read_payload({1, 1'024}), message);
}

TEST_F(AccountLogTest, ReadingPartsAndWholes) {
  const auto log = create_log(*disk, pool, {.segment_size = 1U << 20U, .preallocate = 65'536});
  std::string big(100'000, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 31 % 251);
  const auto at = append_now(*log, pool, {"small", big});
  ASSERT_TRUE(at);
  EXPECT_EQ(*log->read_payload(at->positions[0]), "small");
  EXPECT_EQ(*log->read_payload(at->positions[1]), big);
  EXPECT_EQ(*log->read_payload_range(at->positions[1], 50'000, 77), big.substr(50'000, 77));
  EXPECT_EQ(*log->read_payload_range(at->positions[1], 99'990, 1'000), big.substr(99'990));
  EXPECT_EQ(*log->read_payload_range(at->positions[1], 200'000, 5), "");
  EXPECT_EQ(*log->read_payload_range(at->positions[1], 0, big.size()), big);
  EXPECT_EQ(log->read_payload({1, 1'025}).error().code(), Errc::corrupt);
  EXPECT_EQ(log->read_payload({1, 900'000}).error().code(), Errc::corrupt);
  EXPECT_EQ(log->read_payload({9, 1'024}).error().code(), Errc::not_found);
}

// What lies near the head comes with the head, what lies farther by itself: both give the same.
TEST_F(AccountLogTest, RangesNearTheHeadAndFar) {
  const auto log = create_log(*disk, pool, {.segment_size = 1U << 20U, .preallocate = 0});
  std::string big(40'000, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 31 % 251);
  const auto at = append_now(*log, pool, {big, "the last one"});
  ASSERT_TRUE(at);
  for (const std::uint64_t offset : {0U, 1U, 16'000U, 16'383U, 16'384U, 16'385U, 39'999U})
    for (const std::uint64_t size : {0U, 1U, 384U, 16'384U, 16'385U, 39'999U})
      EXPECT_EQ(*log->read_payload_range(at->positions[0], offset, size), big.substr(offset, size))
          << offset << ' ' << size;
  EXPECT_EQ(*log->read_payload_range(at->positions[0], 1, UINT64_MAX), big.substr(1));
  EXPECT_EQ(*log->read_payload_range(at->positions[1], 4, 1'000), "last one");
  EXPECT_EQ(*log->read_payload_range(at->positions[1], 0, UINT64_MAX), "the last one");
}

TEST_F(AccountLogTest, AGuessOfTheSizeChangesNothing) {
  const auto log = create_log(*disk, pool, {.segment_size = 1U << 20U, .preallocate = 65'536});
  const std::string message(30'000, 'm');
  const auto at = append_now(*log, pool, {message, "behind"});
  ASSERT_TRUE(at);
  for (const std::uint64_t likely : {std::uint64_t{0}, std::uint64_t{29'999}, std::uint64_t{30'000},
                                     std::uint64_t{30'001}, std::uint64_t{500'000}, UINT64_MAX})
    EXPECT_EQ(*log->read_payload(at->positions[0], likely), message) << likely;
}

TEST_F(AccountLogTest, ARangeBehindACutIsDamage) {
  const auto log = create_log(*disk, pool, {.segment_size = 1U << 20U, .preallocate = 0});
  const auto at = append_now(*log, pool, {std::string(30'000, 'm')});
  ASSERT_TRUE(at);
  auto file = disk->open(std::string(k_folder) + "/log.000001", io::OpenMode::write);
  ASSERT_TRUE((*file)->truncate(at->positions[0].offset + 1'000));
  for (const std::uint64_t offset : {500U, 2'000U, 20'000U})
    EXPECT_EQ(log->read_payload_range(at->positions[0], offset, 1'000).error().code(),
              Errc::corrupt)
        << offset;
}

TEST_F(AccountLogTest, ADamagedPayloadIsNotHandedOut) {
  const auto log = create_log(*disk, pool);
  const auto at = append_now(*log, pool, {"precious"});
  auto file = disk->open(std::string(k_folder) + "/log.000001", io::OpenMode::write);
  ASSERT_TRUE((*file)->write(at->positions[0].offset + 41, "X"));
  EXPECT_EQ(log->read_payload(at->positions[0]).error().code(), Errc::corrupt);
  EXPECT_EQ(log->read_payload_range(at->positions[0], 0, 8).error().code(), Errc::corrupt);
}

TEST_F(AccountLogTest, AMessageOfFiftyMegabytes) {
  const AccountLog::Options options;
  const std::string message(50U << 20U, 'M');
  {
    const auto log = create_log(*disk, pool, options);
    ASSERT_TRUE(append_now(*log, pool, {"before"}));
    const auto at = append_now(*log, pool, {message});
    ASSERT_TRUE(at);
    EXPECT_EQ(at->positions[0].file, 2U);
    EXPECT_EQ(*log->read_payload(at->positions[0]), message);
  }
  const auto again = open_log(*disk, pool, options);
  ASSERT_EQ(again.frames.size(), 2U);
  EXPECT_EQ(again.frames[1].payload, message);
}

TEST_F(AccountLogTest, WhatCannotBeAppendedLeavesTheLogAsItWas) {
  const auto log = create_log(*disk, pool);
  const auto nothing = log->append({}, [](Result<void>) { FAIL(); });
  EXPECT_EQ(nothing.error().code(), Errc::internal);
  std::vector<NewFrame> huge;
  huge.push_back({FrameType::deliver, std::string((256U << 20U) + 1, 'x')});
  const auto too_long = log->append(std::move(huge), [](Result<void>) { FAIL(); });
  EXPECT_EQ(too_long.error().code(), Errc::limit);
  EXPECT_EQ(append_now(*log, pool, {"fine"})->first_sequence, 1U);
}

TEST_F(AccountLogTest, DestroyingWaitsForWhatWasAppended) {
  SyncPool threads(4);
  std::atomic<int> done = 0;
  {
    const auto log = create_log(*disk, threads);
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(log->append(frames_of({"x"}), [&done](Result<void> r) { done += r ? 1 : 0; }));
  }
  EXPECT_EQ(done, 200);
}

TEST_F(AccountLogTest, ManyAccountsOnManyThreads) {
  SyncPool threads(4);
  std::vector<std::unique_ptr<AccountLog>> logs;
  std::vector<std::vector<std::uint64_t>> order(8);
  for (int a = 0; a < 8; ++a) {
    const std::string folder = "/many" + std::to_string(a);
    ASSERT_TRUE(disk->make_directory(folder));
    auto log = AccountLog::create(local_log_device(*disk, folder), threads, k_small);
    ASSERT_TRUE(log);
    logs.push_back(*std::move(log));
  }
  for (std::uint64_t i = 0; i < 100; ++i) {
    for (std::size_t a = 0; a < logs.size(); ++a)
      ASSERT_TRUE(logs[a]->append(frames_of({std::to_string(i)}),
                                  [&mine = order[a], i](Result<void>) { mine.push_back(i); }));
  }
  logs.clear();
  for (const auto& mine : order) {
    ASSERT_EQ(mine.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(mine));
  }
  SyncPool by_hand(0);
  const auto one = open_device(local_log_device(*disk, "/many3"), by_hand);
  EXPECT_EQ(one.frames.size(), 100U);
}

}  // namespace
}  // namespace kontor::store
