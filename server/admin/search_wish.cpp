// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/search_wish.hpp"

#include "base/core/text.hpp"
#include "search/query/print.hpp"

namespace kontor::admin {
namespace {

Result<std::size_t> number_option(const Request& request,
                                  const std::string& name,
                                  std::size_t usual) {
  const auto text = option(request, name);
  if (text.empty()) return usual;
  if (const auto number = parse_number<std::uint32_t>(text)) return *number;
  return fail(Errc::bad_input, name + " wants a number");
}

}  // namespace

boost::json::object problem_of_query(const search::QueryProblem& problem) {
  boost::json::object out{{"type", "problem"},
                          {"offset", problem.where.begin},
                          {"length", problem.where.end - problem.where.begin},
                          {"english", problem.english},
                          {"russian", problem.russian}};
  if (!problem.instead.empty()) out["instead"] = problem.instead;
  return out;
}

Result<SearchWish> search_wish(const Request& request, search::Query query) {
  SearchWish wish;
  wish.canonical = search::print_query(query);
  wish.query = std::move(query);
  const auto order = option(request, "--order");
  if (!order.empty() && order != "date" && order != "relevance")
    return fail(Errc::bad_input, "--order is date or relevance");
  if (order == "relevance") wish.choice.order = indexer::QueryOrder::by_relevance;
  wish.choice.with_recoverable = request.options.contains("--recoverable");
  KONTOR_TRY(wish.limit, number_option(request, "--limit", wish.limit));
  KONTOR_TRY(wish.offset, number_option(request, "--offset", 0));
  wish.exported_to = option(request, "--export");
  wish.asks = request.options.contains(std::string(k_asks));
  wish.reason = option(request, "--reason");
  return wish;
}

}  // namespace kontor::admin
