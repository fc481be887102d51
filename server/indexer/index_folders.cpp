// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/index_folders.hpp"

#include <filesystem>

namespace kontor::indexer {

Result<void> remove_indexes(const std::string& account_folder) {
  for (const auto* name : {k_index_folder, k_fresh_index_folder}) {
    const auto path = account_folder + '/' + name;
    std::error_code failed;
    std::filesystem::remove_all(path, failed);
    if (failed) return fail(errno_error("removing " + path, failed.value()));
  }
  return {};
}

}  // namespace kontor::indexer
