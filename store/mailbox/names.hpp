// SPDX-License-Identifier: GPL-3.0-or-later
// Names of folders: UTF-8, levels separated by '/', INBOX in any case (RFC 9051, 5.1). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::store {

inline constexpr std::size_t k_max_name = 1000;  // bytes of a full name
inline constexpr std::size_t k_max_level = 250;  // bytes of a level
inline constexpr std::size_t k_max_levels = 32;

// "inbox" and "Inbox/x" with their first level in capitals; other names as they are.
std::string inbox_in_capitals(std::string_view name);
// A name that a folder may bear, in the form it is stored; one '/' at the end is dropped (RFC 9051,
// 6.3.4). bad_input: an empty level, not UTF-8, a control character, longer than the limits.
Result<std::string> folder_name(std::string_view name);
std::vector<std::string> parents_of(std::string_view name);  // outermost first
// `name` lies below `parent`.
bool is_below(std::string_view name, std::string_view parent) noexcept;

// What was deleted is shown below this name (store/mailbox/recoverable.hpp).
inline constexpr std::string_view k_recoverable_root = "Recoverable";
// The root itself or a name below it.
bool is_recoverable_name(std::string_view name) noexcept;

}  // namespace kontor::store
