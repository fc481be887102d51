// SPDX-License-Identifier: GPL-3.0-or-later
// Where a backup goes: a folder, or a tar stream. Blocking; one thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/crypto/sha256.hpp"
#include "base/io/file_system.hpp"
#include "server/admin/backup/manifest.hpp"

namespace kontor::admin::backup {

// CRC32C of what tells a log of `size` bytes from another: its header, with the random salt, and
// the end of its last frame. Never 0.
std::uint32_t log_print(const io::File& log, std::uint64_t size);

class Target {
 public:
  virtual ~Target() = default;
  // True: what an earlier backup saved as `row` stands for this one too.
  virtual Result<bool> keep(const SavedFile& row) = 0;
  // A whole file of that name and size that no manifest knows: of a run that did not finish.
  virtual Result<std::optional<SavedFile>> find(const std::string& name, std::uint64_t size) = 0;
  // begin(), write() …, end(): the file has its name when it is whole, and is on the device then.
  virtual Result<void> begin(const std::string& name, std::uint64_t size, UtcSeconds date) = 0;
  // After begin(): takes the first bytes from what was saved as `row`. False: nothing was taken.
  virtual Result<bool> take(const SavedFile& row, std::uint64_t size, crypto::Sha256& digest) = 0;
  virtual Result<void> write(std::string_view bytes) = 0;
  virtual Result<void> end() = 0;
  // The manifest, last; with it the backup is whole.
  virtual Result<void> finish(std::string_view manifest) = 0;
  // A file that the manifest does not name any more. Fine when it is not there.
  virtual Result<void> remove(const std::string& name) = 0;
};

// `earlier`: the folder of an earlier backup whose files are linked or copied into `folder`; empty:
// `folder` itself goes on.
std::unique_ptr<Target> folder_target(io::FileSystem& files,
                                      std::string folder,
                                      std::string earlier);
// `path` "-": standard output. A file has its name when the tar is whole.
Result<std::unique_ptr<Target>> tar_target(std::string path, bool zstd);

}  // namespace kontor::admin::backup
