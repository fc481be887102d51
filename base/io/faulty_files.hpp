// SPDX-License-Identifier: GPL-3.0-or-later
// FaultyFiles: a FileSystem in front of another that fails where a test says.
//
// Operations that touch the disk are counted from 1; a Fault names one of them by its number, kind
// or path and what happens there. With it a test fails at operation 1, 2, 3 … until everything
// succeeds. Threads: any.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "base/io/file_system.hpp"

namespace kontor::io {

enum class Operation : std::uint8_t {
  open,
  read,
  write,
  sync,
  truncate,
  rename,
  link,
  remove,
  make_directory,
  sync_directory,
  list,
  stat,
  lock,
};

struct OperationInfo {
  std::uint64_t number = 0;  // counts all operations of this FaultyFiles, from 1
  Operation kind{};
  const std::string& path;
};

class FaultyFiles final : public FileSystem {
 public:
  // 0: go on. An errno: the operation fails with it (a write may have been done by half before).
  // k_drop: the operation says yes and does nothing.
  using Decide = std::function<int(const OperationInfo&)>;
  static constexpr int k_drop = -1;

  // `files` must outlive this and the files opened here.
  explicit FaultyFiles(FileSystem& files);
  ~FaultyFiles() override;
  void decide_by(Decide decide);  // empty: nothing fails
  std::uint64_t operations() const;

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
  FileSystem& files_;
  std::shared_ptr<State> state_;  // shared with the files opened here
};

}  // namespace kontor::io
