// SPDX-License-Identifier: GPL-3.0-or-later
// What a failing disk does to a log: it closes, nobody is told a lie, and it opens again.
#include <cerrno>
#include <set>

#include "base/io/faulty_files.hpp"
#include "log_fixture.hpp"

namespace kontor::store {
namespace {
using namespace testing;

struct Told {
  std::set<std::string> stored;   // completed with success
  std::set<std::string> refused;  // append or completion said no
};

// Makes or opens the log and appends until something fails; says what the callers were told.
void work(io::FileSystem& files, SyncPool& pool, const std::string& name, Told& told) {
  auto log = AccountLog::create(local_log_device(files, k_folder), pool, k_small);
  if (!log && log.error().code() == Errc::exists) {
    auto opened = open_log(files, pool);
    if (!opened.log) return;
    log = std::move(opened.log);
  }
  if (!log) return;
  for (int i = 0; i < 8; ++i) {
    const std::string text = name + std::to_string(i) + std::string(500, '.');
    const auto appended = (*log)->append(frames_of({text}), [&told, text](Result<void> done) {
      (done ? told.stored : told.refused).insert(text);
    });
    if (!appended) told.refused.insert(text);
    if (i % 2 == 1) run_all(pool);
  }
}

class Failing : public ::testing::TestWithParam<int> {};

// Operation 1, 2, 3 … fails, once; then the disk is sound again.
TEST_P(Failing, AtEveryOperationNothingAcknowledgedIsLost) {
  SyncPool pool(0);
  std::uint64_t failures = 0;
  for (std::uint64_t at = 1;; ++at) {
    const auto disk = new_disk();
    io::FaultyFiles files(*disk);
    Told told;
    work(files, pool, "before ", told);
    const std::uint64_t quiet = files.operations();
    files.decide_by(
        [&](const io::OperationInfo& info) { return info.number == quiet + at ? GetParam() : 0; });
    work(files, pool, "during ", told);
    const bool failed = files.operations() >= quiet + at;
    files.decide_by({});
    work(files, pool, "after ", told);

    const auto opened = open_log(*disk, pool);
    ASSERT_TRUE(opened.log) << at << ": " << opened.error;
    ASSERT_TRUE(opened.report.damage.empty()) << at << ": " << opened.report.damage[0].what;
    std::multiset<std::string> found;
    for (const auto& frame : opened.frames) found.insert(frame.payload);
    for (const auto& text : told.stored) ASSERT_EQ(found.count(text), 1U) << at << text;
    for (const auto& text : told.refused) ASSERT_EQ(found.count(text), 0U) << at << text;
    ASSERT_TRUE(told.stored.contains("after 7" + std::string(500, '.'))) << "works again, " << at;
    if (!failed) break;
    ++failures;
  }
  EXPECT_GT(failures, 20U);
}

INSTANTIATE_TEST_SUITE_P(Errors, Failing, ::testing::Values(ENOSPC, EIO, EACCES, EROFS));

TEST(FailedSync, ClosesTheLogForGoodAndTellsEveryone) {
  const auto disk = new_disk();
  SyncPool pool(0);
  const auto log = create_log(*disk, pool);
  ASSERT_TRUE(append_now(*log, pool, {"kept"}));
  disk->set_syncs(io::Syncs::failing);
  std::vector<Errc> told;
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(log->append(frames_of({"lost"}),
                            [&told](Result<void> done) { told.push_back(done.error().code()); }));
  run_all(pool);
  EXPECT_EQ(told, (std::vector<Errc>{Errc::io_error, Errc::io_error, Errc::io_error}));
  EXPECT_TRUE(log->closed_by_error());
  disk->set_syncs(io::Syncs::honest);
  const auto refused = log->append(frames_of({"later"}), [](Result<void>) { FAIL(); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::io_error);
  EXPECT_EQ(log->durable().sequence, 1U);
}

// The kernel shows pages that it failed to write as if they were fine (docs/formats/log.md, "Failed
// sync"): a log opened again in the same machine must not build on them.
TEST(FailedSync, WhatOnlyTheCacheShowsIsWrittenAgainBeforeAnythingIsBuiltOnIt) {
  const auto disk = new_disk();
  SyncPool pool(0);
  std::unique_ptr<io::MemoryDisk> killed;
  const std::string shown(2'000, 's');  // whole sectors that no later write touches
  {
    const auto log = create_log(*disk, pool);
    ASSERT_TRUE(append_now(*log, pool, {"kept"}));
    ASSERT_TRUE(log->append(frames_of({shown}), [](Result<void>) {}));
    disk->set_syncs(io::Syncs::failing);
    int operation = 0;  // 1: the write, 2: the sync that fails, 3: the cut, before which we die
    disk->before_each([&](std::uint64_t) {
      if (++operation == 3) killed = disk->after_kill();
    });
    run_all(pool);
    disk->before_each({});
  }
  ASSERT_TRUE(killed);
  const std::vector<std::string> all = {"kept", shown, "acknowledged"};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto machine = killed->after_kill();
    {
      const auto opened = open_log(*machine, pool);
      ASSERT_EQ(opened.frames.size(), 2U) << "the cache shows it";
      ASSERT_TRUE(append_now(*opened.log, pool, {"acknowledged"}));
    }
    const auto after = machine->after_power_loss(seed);
    const auto again = open_log(*after, pool);
    ASSERT_EQ(payloads_of(again.frames), all) << "seed " << seed;
  }
}

TEST(DiskFull, TheLogClosesKeepsWhatItHasAndGoesOnWhenThereIsRoom) {
  io::MemoryDisk disk(9'000);
  ASSERT_TRUE(disk.make_directory(k_folder));
  ASSERT_TRUE(io::write_file_durably(disk, "/filler", std::string(3'000, 'f')));
  SyncPool pool(0);
  std::uint64_t stored = 0;
  Errc told = Errc::internal;
  {
    const auto log = create_log(disk, pool);
    while (true) {
      const auto done = append_now(*log, pool, {std::string(300, 'x')});
      if (!done) {
        told = done.error().code();
        break;
      }
      ++stored;
    }
  }
  EXPECT_EQ(told, Errc::no_space);
  EXPECT_GT(stored, 10U);
  {
    const auto opened = open_log(disk, pool);
    ASSERT_TRUE(opened.log) << "a full disk can be opened: " << opened.error;
    EXPECT_EQ(opened.frames.size(), stored) << "nothing half-stored";
    EXPECT_EQ(opened.report.torn_bytes, 0U) << "what was refused was cut when it failed";
    EXPECT_EQ(append_now(*opened.log, pool, {std::string(300, 'x')}).error().code(),
              Errc::no_space);
  }
  ASSERT_TRUE(disk.remove("/filler"));
  {
    const auto opened = open_log(disk, pool);
    EXPECT_TRUE(append_now(*opened.log, pool, {std::string(300, 'x')}));
  }
  EXPECT_EQ(open_log(disk, pool).frames.size(), stored + 1);
}

}  // namespace
}  // namespace kontor::store
