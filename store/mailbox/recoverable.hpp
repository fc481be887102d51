// SPDX-License-Identifier: GPL-3.0-or-later
// What can still be brought back of an account, as folders below "Recoverable": expunged messages
// under the name of their folder, deleted folders under their own. Pure.
//
// Names are made from the state and never stored: they follow a folder that is renamed. Where two
// would be the same, the later one bears the number of its folder.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "store/mailbox/state.hpp"

namespace kontor::store {

// Those that hold something; deleted folders also when they are empty. Sorted by name.
std::vector<FolderInfo> recoverable_folders(const AccountState& state);

// The folder that may be read under this id (types.hpp): one that is shown, what was expunged from
// one, or a deleted one; nullptr: none.
const FolderState* find_readable(const AccountState& state, FolderId id);

// How a readable folder is shown; `folder` is find_readable()'s.
FolderInfo info_of(const AccountState& state, const FolderState& folder);

}  // namespace kontor::store
