// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the query language for people (docs/search-queries.md), in English and Russian words:
//
//   from:иванов has:attachment before:2026-03 "договор поставки" -черновик size>1M in:Sent
//
// Pure; any bytes are taken, and every refusal says where and why. Linear in the length.
#pragma once
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "search/query/query.hpp"

namespace kontor::search {

// What cannot be understood, for the person who typed it.
struct QueryProblem {
  SourceRange where;
  std::string english;  // a sentence
  std::string russian;
  std::string
      instead;  // what may have been meant in place of `where`; empty: nothing comes to mind
};

// A longer text, more leaves and words, or a deeper one is refused with a sentence.
inline constexpr std::size_t k_max_query_bytes = 65'536;
inline constexpr std::size_t k_max_query_terms = 256;
inline constexpr std::size_t k_max_query_depth = 32;

// What "yesterday" means.
struct QueryTime {
  UtcSeconds now{};
  // When a day begins, where the person lives; missing: UTC.
  std::function<UtcSeconds(std::chrono::sys_days)> begin_of = {};
  // The day it is there at that time; missing: UTC.
  std::function<std::chrono::sys_days(UtcSeconds)> day_at = {};
};

// Days begin and end as the clock of this machine says (its time zone).
QueryTime local_time(UtcSeconds now);

std::expected<Query, QueryProblem> parse_query(std::string_view text, const QueryTime& time);

}  // namespace kontor::search
