// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the log share: an account's folder on a disk in memory, a pool driven by hand,
// and logs read back as plain values.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/io/memory_disk.hpp"
#include "store/log/account_log.hpp"
#include "store/log/device.hpp"
#include "store/log/sync_pool.hpp"

namespace kontor::store::testing {

inline constexpr const char* k_folder = "/account";
inline constexpr AccountLog::Options k_small{.segment_size = 4'096, .preallocate = 1'024};

struct Read {  // one frame as replayed
  FrameHeader header;
  LogPosition position;
  std::string payload;
};

struct Opened {
  std::unique_ptr<AccountLog> log;  // null: `error` says why
  std::vector<Read> frames;
  ReplayReport report;
  std::string error;
};

inline std::unique_ptr<io::MemoryDisk> new_disk() {
  auto disk = std::make_unique<io::MemoryDisk>();
  EXPECT_TRUE(disk->make_directory(k_folder));
  EXPECT_TRUE(disk->sync_directory("/"));
  return disk;
}

inline Opened open_device(std::shared_ptr<LogDevice> device,
                          SyncPool& pool,
                          AccountLog::Options options = k_small,
                          LogMark from = {}) {
  Opened opened;
  const ReplayFrame replay = [&](const FrameHeader& header, const LogPosition& position,
                                 std::string_view payload) -> Result<void> {
    opened.frames.push_back({header, position, std::string(payload)});
    return {};
  };
  auto log = AccountLog::open(std::move(device), pool, options, from, replay, opened.report);
  if (log)
    opened.log = *std::move(log);
  else
    opened.error = log.error().text();
  return opened;
}

inline Opened open_log(io::FileSystem& files,
                       SyncPool& pool,
                       AccountLog::Options options = k_small,
                       LogMark from = {}) {
  return open_device(local_log_device(files, k_folder), pool, options, from);
}

inline std::unique_ptr<AccountLog> create_log(io::FileSystem& files,
                                              SyncPool& pool,
                                              AccountLog::Options options = k_small) {
  auto log = AccountLog::create(local_log_device(files, k_folder), pool, options);
  EXPECT_TRUE(log) << log.error().text();
  return log ? *std::move(log) : nullptr;
}

inline void run_all(SyncPool& pool) {
  while (pool.run_one()) {
  }
}

inline std::vector<NewFrame> frames_of(const std::vector<std::string>& payloads) {
  std::vector<NewFrame> frames;
  for (const auto& payload : payloads) frames.push_back({FrameType::deliver, payload});
  return frames;
}

// Appends one group and waits for the device.
inline Result<Appended> append_now(AccountLog& log,
                                   SyncPool& pool,
                                   const std::vector<std::string>& payloads) {
  Result<void> done = fail(Errc::internal, "never completed");
  KONTOR_TRY(auto appended, log.append(frames_of(payloads),
                                       [&done](Result<void> result) { done = std::move(result); }));
  run_all(pool);
  KONTOR_TRY(done);
  return appended;
}

inline std::vector<std::string> payloads_of(const std::vector<Read>& frames) {
  std::vector<std::string> payloads;
  for (const auto& frame : frames) payloads.push_back(frame.payload);
  return payloads;
}

inline std::string bytes_of(io::FileSystem& files, const std::string& name = "log.000001") {
  const auto bytes = io::read_file(files, std::string(k_folder) + "/" + name, 1U << 30U);
  return bytes ? *bytes : std::string();
}

// Puts these bytes in the place of a log, durably.
inline void put_bytes(io::FileSystem& files,
                      const std::string& bytes,
                      const std::string& name = "log.000001") {
  EXPECT_TRUE(io::write_file_durably(files, std::string(k_folder) + "/" + name, bytes));
}

}  // namespace kontor::store::testing
