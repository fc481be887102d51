// SPDX-License-Identifier: GPL-3.0-or-later
// Times and sizes as people write them in a query. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "search/query/parse.hpp"

namespace kontor::search {

// From `begin` on and before `end`.
struct Period {
  UtcSeconds begin{};
  UtcSeconds end{};
};

// "2026", "2026-03", "2026-03-15", "15.03.2026", "2026-03-15T12:30Z", "yesterday", "вчера",
// "last-week", "прошлый месяц", "monday", "март 2026"; "7d" is the day so long ago; "A..B" is from
// the beginning of A to the end of B. Nothing for another text.
std::optional<Period> read_period(std::string_view text, const QueryTime& time);
// "7d", "2 недели" as the moment so long ago.
std::optional<UtcSeconds> read_age(std::string_view text, const QueryTime& time);
// "2026-03-15T12:30:00Z"
std::string print_instant(UtcSeconds time);

inline constexpr std::uint64_t k_max_size = std::uint64_t{1} << 60U;
// "100", "64K", "1.5MB", "1,5М": bytes; a K is 1024. At most k_max_size.
std::optional<std::uint64_t> read_size(std::string_view text);

}  // namespace kontor::search
