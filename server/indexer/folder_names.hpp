// SPDX-License-Identifier: GPL-3.0-or-later
// Which folders a person means by a name in a query (in:sent, в:"Мои проекты"). Pure.
#pragma once
#include <set>
#include <vector>

#include "search/query/query.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::indexer {

using FolderSet = std::set<store::FolderId>;

// By special use ("sent", "отправленные"), by the whole name, else by its last levels; any case.
// What is below "Recoverable" is also found by the name it had. Empty: there is none.
FolderSet folders_called(const search::FolderIs& wanted,
                         const std::vector<store::FolderInfo>& folders);

}  // namespace kontor::indexer
