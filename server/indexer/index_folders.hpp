// SPDX-License-Identifier: GPL-3.0-or-later
// Where the full-text indexes of an account are, in its folder.
#pragma once
#include <string>

#include "base/core/result.hpp"

namespace kontor::indexer {

inline constexpr const char* k_index_folder = "fts";
inline constexpr const char* k_fresh_index_folder = "fts.new";  // to take the other's place

// Removes them from the folder of an account that no server has open; they are made anew. Blocking.
Result<void> remove_indexes(const std::string& account_folder);

}  // namespace kontor::indexer
