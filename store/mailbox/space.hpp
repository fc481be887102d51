// SPDX-License-Identifier: GPL-3.0-or-later
// Space: how much room the disk has, so that what grows the store is refused before the reserve is
// touched: deletions must always find room. Any thread; the disk is asked on the disk pool.
#pragma once
#include <atomic>
#include <string>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"

namespace kontor::store {

class Space {
 public:
  Space(io::FileSystem& files, io::DiskPool& disk, std::string folder, std::uint64_t reserve)
      : files_(files), disk_(disk), folder_(std::move(folder)), reserve_(reserve) {}

  // no_space: `bytes` more would go into the reserve. The disk is asked again after 64 MB granted,
  // or after a second, or when it looks full.
  Task<Result<void>> grant(std::uint64_t bytes) const;

 private:
  io::FileSystem& files_;
  io::DiskPool& disk_;
  std::string folder_;
  std::uint64_t reserve_;
  mutable std::atomic<std::int64_t> credit_ = 0;  // bytes that may be granted without asking
  mutable std::atomic<std::int64_t> asked_ = 0;   // steady clock, nanoseconds
};

}  // namespace kontor::store
