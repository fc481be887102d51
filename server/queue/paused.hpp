// SPDX-License-Identifier: GPL-3.0-or-later
// The domains whose mail waits because an administrator says so, as bytes of DATA/queue/paused
// (docs/formats/queue-paused.md). Pure.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::queue {

inline constexpr std::uint64_t k_longest_paused = 1U << 20U;  // bytes

std::string encode_paused(const std::set<std::string>& domains);
// corrupt: damaged; unsupported: of a newer version.
Result<std::set<std::string>> decode_paused(std::string_view bytes);
// Is mail for this address paused: its domain, or everything ("*")?
bool is_paused_in(const std::set<std::string>& paused, std::string_view address);

}  // namespace kontor::queue
