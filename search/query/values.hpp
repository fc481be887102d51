// SPDX-License-Identifier: GPL-3.0-or-later
// What stands behind a key: `before:2026-03` into a leaf. Pure.
#pragma once
#include <expected>
#include <string_view>

#include "search/query/keys.hpp"
#include "search/query/parse.hpp"
#include "search/query/scanner.hpp"

namespace kontor::search {

// `comparison` is ":", "<", ">", "<=", ">=" or "=".
std::expected<QueryLeaf, QueryProblem> leaf_of(const KeyWord& key,
                                               std::string_view comparison,
                                               const Piece& value,
                                               const QueryTime& time);
// Does the key take "<" and ">" beside ":"?
bool is_compared(Key key);
// Is the value a time, of which two words may be one ("last week")?
bool takes_time(Key key);

}  // namespace kontor::search
