// SPDX-License-Identifier: GPL-3.0-or-later
// How much room a file system has, for people and monitors; the store asks
// FileSystem::free_space().
#pragma once
#include <cstdint>
#include <string>

#include "base/core/result.hpp"

namespace kontor::io {

struct DiskRoom {
  std::uint64_t size = 0, free = 0;         // bytes; free: for us
  std::uint64_t files = 0, free_files = 0;  // inodes; 0 files: it makes them as it needs them
};
// Of the file system that `path` lies on. Blocks.
Result<DiskRoom> disk_room(const std::string& path);

}  // namespace kontor::io
