// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/disk_room.hpp"

#include <sys/statvfs.h>

#include <cerrno>

namespace kontor::io {

Result<DiskRoom> disk_room(const std::string& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) return errno_error("asking for room at " + path, errno);
  const std::uint64_t block = info.f_frsize;
  return DiskRoom{info.f_blocks * block, info.f_bavail * block, info.f_files, info.f_favail};
}

}  // namespace kontor::io
