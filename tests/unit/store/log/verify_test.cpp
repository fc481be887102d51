// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/verify.hpp"

#include <atomic>
#include <thread>

#include "log_fixture.hpp"

namespace kontor::store {
namespace {
using namespace testing;

class Verify : public ::testing::Test {
 protected:
  void fill(int frames) {
    const auto log = create_log(*disk, pool);
    for (int i = 0; i < frames; ++i) ASSERT_TRUE(append_now(*log, pool, {std::string(600, 'x')}));
  }
  Result<LogCheck> check(std::vector<FoundFrame>* found = nullptr) {
    const auto device = read_only_log_device(*disk, k_folder);
    return check_logs(*device, [found](const FoundFrame& frame, std::string_view payload) {
      EXPECT_EQ(frame.length, payload.size());
      if (found != nullptr) found->push_back(frame);
      return Result<void>();
    });
  }

  std::unique_ptr<io::MemoryDisk> disk = new_disk();
  SyncPool pool{0};
};

TEST_F(Verify, TellsLogsFramesAndSeals) {
  fill(6);
  std::vector<FoundFrame> found;
  const auto result = check(&found);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->good());
  ASSERT_EQ(result->logs.size(), 2U);
  EXPECT_EQ(result->logs[0].frames, 5U);
  EXPECT_TRUE(result->logs[0].sealed);
  EXPECT_EQ(result->logs[1].frames, 2U);
  EXPECT_FALSE(result->logs[1].sealed);
  ASSERT_EQ(found.size(), 7U);
  EXPECT_EQ(found[4].header.type, FrameType::seal);
  EXPECT_EQ(found[6].position, (LogPosition{2, 1'664}));
  EXPECT_EQ(found[6].durable_upto, 6U);
  EXPECT_EQ(describe(*result),
            "log.000001: 5 frames, 3624 bytes, sealed\n"
            "log.000002: 2 frames, 2688 bytes\n"
            "7 frames, last sequence 7, end log.000002:2304: good\n");
}

TEST_F(Verify, NamesDamageAndChangesNothing) {
  fill(6);
  std::string bytes = bytes_of(*disk);
  bytes[1'024 + 640 + 50] = '?';
  put_bytes(*disk, bytes);
  std::string tail = bytes_of(*disk, "log.000002");
  tail[2'400] = '?';
  put_bytes(*disk, tail, "log.000002");
  const auto result = check();
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->good());
  const std::string text = describe(*result);
  EXPECT_NE(text.find("DAMAGED log.000001:1664 to log.000001:2304: frames from 2 on"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("97 bytes behind log.000002:2304 were never acknowledged"), std::string::npos)
      << text;
  EXPECT_EQ(bytes_of(*disk), bytes);
  EXPECT_EQ(bytes_of(*disk, "log.000002"), tail);
  EXPECT_EQ(disk->list(k_folder)->size(), 2U) << "no quarantine by looking";
}

TEST_F(Verify, AFolderWithoutLogsIsNotFound) { EXPECT_EQ(check().error().code(), Errc::not_found); }

TEST_F(Verify, AReadOnlyDeviceRefusesEveryChange) {
  fill(1);
  const auto device = read_only_log_device(*disk, k_folder);
  EXPECT_EQ(device->create(9, "x").error().code(), Errc::no_permission);
  EXPECT_EQ(device->append(1, 1'024, "x", 0).error().code(), Errc::no_permission);
  EXPECT_EQ(device->cut(1, 1'024).error().code(), Errc::no_permission);
  EXPECT_EQ(device->harden(1, 0, 1).error().code(), Errc::no_permission);
  EXPECT_EQ(device->seal(1, 0).error().code(), Errc::no_permission);
  EXPECT_EQ(device->remove(1).error().code(), Errc::no_permission);
  EXPECT_EQ(device->quarantine("x", "y").error().code(), Errc::no_permission);
}

TEST_F(Verify, BesideARunningLogNothingLooksDamaged) {
  SyncPool threads(2);
  auto log = create_log(*disk, threads, {.segment_size = 200'000, .preallocate = 65'536});
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; i < 3'000 && !stop; ++i) {
      const auto appended =
          log->append(frames_of({std::string(200, 'x')}), [](Result<void> r) { EXPECT_TRUE(r); });
      EXPECT_TRUE(appended);
    }
  });
  for (int i = 0; i < 20; ++i) {
    const auto result = check();
    ASSERT_TRUE(result || result.error().code() == Errc::busy) << result.error().text();
    if (result) {
      EXPECT_TRUE(result->good()) << describe(*result);
    }
  }
  stop = true;
  writer.join();
  log.reset();
  EXPECT_TRUE(check()->good());
}

}  // namespace
}  // namespace kontor::store
