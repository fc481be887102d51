// SPDX-License-Identifier: GPL-3.0-or-later
// A query as text, with English keys and times in UTC: parse_query() reads the same query from it,
// whenever and wherever that is. Pure.
#pragma once
#include <string>

#include "search/query/query.hpp"

namespace kontor::search {

std::string print_query(const Query& query);

}  // namespace kontor::search
