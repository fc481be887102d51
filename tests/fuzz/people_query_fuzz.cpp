// SPDX-License-Identifier: GPL-3.0-or-later
// The query language for people: whatever is typed is read or refused with a place in it, and what
// is read prints as a query that reads the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "search/query/parse.hpp"
#include "search/query/people.hpp"
#include "search/query/print.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::search;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  QueryTime time;
  time.now = kontor::UtcSeconds(std::chrono::seconds(1'800'000'000));
  const auto query = parse_query(text, time);
  if (!query) {
    const auto& problem = query.error();
    if (problem.where.begin > problem.where.end || problem.where.end > size) std::abort();
    if (problem.english.empty() || problem.russian.empty()) std::abort();
    return 0;
  }
  static_cast<void>(as_text(*query));
  static_cast<void>(wanted_texts(*query));
  if (const auto people = people_words(*query); !people && people.error().where.end > size)
    std::abort();
  const auto printed = print_query(*query);
  if (printed.size() > k_max_query_bytes) return 0;
  const auto again = parse_query(printed, time);
  if (!again || *again != *query) std::abort();
  return 0;
}
