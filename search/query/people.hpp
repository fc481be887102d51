// SPDX-License-Identifier: GPL-3.0-or-later
// Queries about people of the address book (kind:person). Pure.
#pragma once
#include <expected>
#include <optional>
#include <string>

#include "search/query/parse.hpp"

namespace kontor::search {

// The words that a person is looked for by, when the query asks for kind:person beside words;
// nothing: it asks for items of mailboxes. An address book knows words alone: of anything else
// beside kind:person the problem tells.
std::expected<std::optional<std::string>, QueryProblem> people_words(const Query& query);

}  // namespace kontor::search
