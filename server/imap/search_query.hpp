// SPDX-License-Identifier: GPL-3.0-or-later
// What a key of SEARCH asks of a full-text index. Pure.
#pragma once
#include <optional>

#include "search/query/text_query.hpp"
#include "server/imap/wire/search_args.hpp"

namespace kontor::imap {

// Nothing: only the message itself can tell. Inside FUZZY it is a query of words. Of a key of
// texts.
std::optional<search::TextQuery> text_query(const wire::SearchKey& key);
// The query is true of more messages than the key: what it finds is to be looked at.
bool asks_for_more(const wire::SearchKey& key);
// The query leaves the lines of the header out: what it does not find may be there.
bool leaves_header(const wire::SearchKey& key);

}  // namespace kontor::imap
