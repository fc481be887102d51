// SPDX-License-Identifier: GPL-3.0-or-later
// What an administrator wants of a search, of the options of kontorctl. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "search/query/parse.hpp"
#include "server/admin/verbs.hpp"
#include "server/indexer/query_run.hpp"

namespace kontor::admin {

// An option that kontorctl sends of itself: before the bytes of each message that is exported the
// server waits to be told whether they are wanted.
inline constexpr std::string_view k_asks = "--asks";

struct SearchWish {
  search::Query query;
  std::string canonical;
  indexer::QueryChoice choice;
  std::size_t limit = 50;  // messages shown of a mailbox
  std::size_t offset = 0;
  std::string exported_to;  // empty: it is not exported
  bool asks = false;        // k_asks
  std::string reason;
};

// Where a query cannot be understood, and why; with `type`: "problem".
boost::json::object problem_of_query(const search::QueryProblem& problem);
// bad_input: an option that makes no sense.
Result<SearchWish> search_wish(const Request& request, search::Query query);

}  // namespace kontor::admin
