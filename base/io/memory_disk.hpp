// SPDX-License-Identifier: GPL-3.0-or-later
// MemoryDisk: a FileSystem in memory that models a power loss.
//
// What was not synced may be kept, lost, torn by sectors or reordered: every sector written since
// the file's last sync, the file's size, and every change of names since the folder's last
// sync_directory(), each on its own. after_power_loss(seed) gives the disk a machine would find at
// its next start; the seed decides, so a failure can be run again. Threads: any.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "base/io/file_system.hpp"

namespace kontor::io {

enum class Syncs : std::uint8_t {
  honest,
  dropped,  // say yes and do nothing: a disk that lies, or a wait that was lost
  failing,  // io_error; as Linux does it, the pages count as written and are never tried again
};

class MemoryDisk final : public FileSystem {
 public:
  static constexpr std::uint64_t k_sector = 512;

  static constexpr std::uint64_t k_unlimited = std::uint64_t{1} << 40U;

  // no_space is answered when all files together would exceed `capacity`.
  explicit MemoryDisk(std::uint64_t capacity = k_unlimited);
  ~MemoryDisk() override;

  // A new disk with what survived; this one goes on as if nothing had happened.
  std::unique_ptr<MemoryDisk> after_power_loss(std::uint64_t seed) const;
  // A new disk with everything written, synced or not: what a killed process leaves behind.
  std::unique_ptr<MemoryDisk> after_kill() const;
  // Called before every operation that changes or syncs something, with the number of it (from 1).
  void before_each(std::function<void(std::uint64_t)> call);
  void set_syncs(Syncs syncs);

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> link(const std::string& existing, const std::string& name) override;
  Result<void> remove(const std::string& path) override;
  Result<void> make_directory(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) const override;
  Result<FileInfo> stat(const std::string& path) const override;
  Result<std::uint64_t> free_space(const std::string& path) const override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  struct State;
  class OpenFile;
  class Lock;
  std::shared_ptr<State> state_;  // shared with open files and locks
};

}  // namespace kontor::io
