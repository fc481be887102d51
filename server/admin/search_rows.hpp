// SPDX-License-Identifier: GPL-3.0-or-later
// A message that a search found, as kontorctl is told of it and as a manifest has it.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "search/snippet/snippet.hpp"
#include "server/admin/search_scope.hpp"
#include "server/indexer/query_run.hpp"

namespace kontor::admin {

// Where it is and what it is; of an object also its name in the folder. `header` are the first
// bytes of the message.
boost::json::object search_row(const SearchedMailbox& mailbox,
                               const store::AccountView& view,
                               const indexer::FoundMessage& found,
                               std::string_view header);
// What an object's document says of it, in the fields that a message has of its header.
void add_object(boost::json::object& row, const search::Document& document);
// Flags and keywords, which an export keeps.
void add_marks(boost::json::object& row,
               const store::AccountView& view,
               const indexer::FoundMessage& found);

// The piece of a message that shows why it was found: "snippet", and in "marks" the words looked
// for as [begin, end] in its bytes. Of long texts the beginning is looked at.
void add_snippet(boost::json::object& row,
                 search::Document document,
                 const search::SnippetMaker& maker);

}  // namespace kontor::admin
