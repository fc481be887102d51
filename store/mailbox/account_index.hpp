// SPDX-License-Identifier: GPL-3.0-or-later
// The accounts of a data folder: found on disk, and whose they are from a cache file
// (docs/formats/accounts.md). A cache that is missing, old or damaged only costs a look into the
// logs. Blocking.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.hpp"
#include "store/format/types.hpp"

namespace kontor::store {

using AccountIndex = std::map<AccountId, Binding>;

std::string encode_account_index(const AccountIndex& index);
Result<AccountIndex> decode_account_index(std::string_view bytes);  // corrupt

Result<std::vector<AccountId>> find_account_folders(io::FileSystem& files,
                                                    const std::string& folder);
// An account goes at once and whole: its folder is renamed, then emptied. What a stop between the
// two has left goes at the next start.
Result<void> remove_account_folder(io::FileSystem& files, const std::string& folder);
void remove_leftovers(io::FileSystem& files, const std::string& folder);
AccountIndex read_account_index(io::FileSystem& files, const std::string& folder);
Result<void> write_account_index(io::FileSystem& files,
                                 const std::string& folder,
                                 const AccountIndex& index);

}  // namespace kontor::store
