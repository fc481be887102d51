// SPDX-License-Identifier: GPL-3.0-or-later
// FileSystem: every touch of the disk that must survive a power loss goes through here.
//
// Promise: what File::sync() confirmed is on the device; a name is on the device once its directory
// was synced (sync_directory); nothing else is. Implementations: Linux (real_file_system), a disk
// in memory that loses power (memory_disk.hpp), a wrapper that fails on demand (faulty_files.hpp).
// Failure: not_found, exists, no_permission, no_space, io_error, busy. A failed sync() must not be
// tried again on the same pages: the kernel has dropped them (docs/formats/log.md, "Failed sync").
// Threads: any; every call may block, so never on a network thread (base/io/blocking.hpp).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::io {

// One open file, addressed by offset. Closing reports nothing: sync first.
class File {
 public:
  virtual ~File() = default;
  // Fills `out` from `offset`; fewer bytes only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const = 0;
  // All of `bytes`, or an error after which any part of them may be there.
  virtual Result<void> write(std::uint64_t offset, std::string_view bytes) = 0;
  // Data and size are on the device when it returns (fdatasync).
  virtual Result<void> sync() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;  // a longer size reads as zeros
  virtual Result<std::uint64_t> size() const = 0;
};

enum class OpenMode : std::uint8_t {
  read,             // must exist
  write,            // must exist; for reading and writing
  create,           // must not exist (exists); for reading and writing
  write_or_create,  // for reading and writing
};

struct FileInfo {
  std::uint64_t size = 0;
  bool directory = false;
};

// Holds a lock file; another process gets it when this is destroyed or its process ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual Result<void> link(const std::string& existing, const std::string& name) = 0;
  virtual Result<void> remove(const std::string& path) = 0;          // a file or an empty folder
  virtual Result<void> make_directory(const std::string& path) = 0;  // exists: it is there
  // The names in the folder are on the device when it returns.
  virtual Result<void> sync_directory(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;  // sorted names
  virtual Result<FileInfo> stat(const std::string& path) const = 0;
  virtual Result<std::uint64_t> free_space(const std::string& path) const = 0;  // for us, in bytes
  // busy: another holder. The file is made when missing and stays.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

// The machine's disk; lives as long as the program.
FileSystem& real_file_system();

// The part of a path before its last '/' ("." when there is none).
std::string parent_of(const std::string& path);
// Up to `size` bytes from `offset`.
Result<std::string> read_some(const File& file, std::uint64_t offset, std::size_t size);
// The whole file; limit: it is longer than `max`.
Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t max);
// Replaces or makes `path`: after a crash it holds the old bytes or the new ones, whole. Written
// beside (path + ".new"), synced, renamed, folder synced.
Result<void> write_file_durably(FileSystem& files, const std::string& path, std::string_view bytes);
// The folder and its missing parents, each name synced. Fine when it is there.
Result<void> make_directories(FileSystem& files, const std::string& path);

}  // namespace kontor::io
