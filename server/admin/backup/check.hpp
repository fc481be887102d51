// SPDX-License-Identifier: GPL-3.0-or-later
// Holds a backup against its manifest, and turns a tar into a folder. Blocking.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/io/file_system.hpp"
#include "server/admin/backup/manifest.hpp"

namespace kontor::admin::backup {

struct Fault {
  std::string file;
  std::string what;
};

struct Checked {
  Manifest manifest;
  std::vector<Fault> faults;
  std::uint64_t files = 0;      // that are as they were saved
  std::uint64_t bytes = 0;      // of them
  std::uint64_t elsewhere = 0;  // files of an incremental tar that an earlier one holds
};

using Advance = std::function<void(std::uint64_t files, std::uint64_t bytes)>;

// not_found: there is no manifest: no backup, or the first run did not finish.
Result<Manifest> read_manifest(io::FileSystem& files, const std::string& folder);
Result<Checked> check_folder(io::FileSystem& files,
                             const std::string& folder,
                             const Advance& advance);
Result<Checked> check_tar(const std::string& path, const Advance& advance);
// Puts the files of a tar into `folder`, over an earlier backup when the tar is incremental. Every
// file is checked; with a fault the folder keeps its old manifest.
Result<Checked> unpack_tar(io::FileSystem& files,
                           const std::string& path,
                           const std::string& folder,
                           const Advance& advance);

}  // namespace kontor::admin::backup
