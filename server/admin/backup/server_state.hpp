// SPDX-License-Identifier: GPL-3.0-or-later
// What a server keeps beside its mailboxes that cannot be made again: these files of the data
// folder a backup of everything carries (docs/formats/backup.md says of all others why not).
// Blocking.
#pragma once
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"

namespace kontor::admin::backup {

struct StateFile {
  std::string name;          // below the data folder, and in the backup
  bool is_constant = false;  // once it is there it never changes
};

// From where mail is fetched, and what has been fetched. Read before the accounts: what is fetched
// again finds its copy there, what an account does not have is never taken for fetched.
Result<std::vector<StateFile>> collector_files(io::FileSystem& files,
                                               const std::string& data_folder);
// Who is still to be told of meetings. Read behind the accounts: a change that is not in them is
// then seen as one that was never made, and one that is in them has its file or was told; before
// the queue, which has what was told.
Result<std::vector<StateFile>> untold_files(io::FileSystem& files, const std::string& data_folder);
// Signing keys, the server's own certificates, the audit log, blocks, domains whose mail waits.
Result<std::vector<StateFile>> state_files(io::FileSystem& files, const std::string& data_folder);

}  // namespace kontor::admin::backup
