// SPDX-License-Identifier: GPL-3.0-or-later
// What an item is to a person: by the class of its folder, and what is known of an object. Pure.
#pragma once
#include "search/query/query.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::indexer {

search::ItemKind kind_of(const store::FolderView& folder, store::Uid uid);

}  // namespace kontor::indexer
