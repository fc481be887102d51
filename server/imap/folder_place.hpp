// SPDX-License-Identifier: GPL-3.0-or-later
// Where a folder is made or moved to, in an account of one's own or of somebody else.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "server/imap/command.hpp"

namespace kontor::imap {

struct FolderPlace {
  std::shared_ptr<store::Account> account;
  std::string name;  // there
  bool own = true;
};

// For a new folder of that name, or the answer when there may be none: it takes "k" on the folder
// above (RFC 4314, 4), at the top of somebody else's account on its INBOX.
Task<std::expected<FolderPlace, Tagged>> find_place_for(Session& session, std::string name);

// What create_folder() would make: the folder and those above it that are not there. Asked before.
std::vector<std::string> levels_to_make(const FolderPlace& place);
// Folders that were made at the top of somebody else's account have the list of its INBOX: those
// below another one inherit its list, and whoever made them could not see them otherwise.
Task<Result<void>> give_lists(FolderPlace place, std::vector<std::string> made);

}  // namespace kontor::imap
