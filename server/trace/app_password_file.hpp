// SPDX-License-Identifier: GPL-3.0-or-later
// The files of app passwords as text (docs/formats/app-passwords.md). Pure and bounded.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/trace/app_password.hpp"

namespace kontor::trace {

inline constexpr std::size_t k_most_app_passwords = 500'000;

std::string format_app_passwords(const std::vector<AppPassword>& passwords);
// As a whole or not at all, so that damage neither revokes nor revives one in silence. corrupt, the
// detail beginning with "line N: "; unsupported: of a later version.
Result<std::vector<AppPassword>> parse_app_passwords(std::string_view text);

using AppPasswordUses = std::map<std::string, AppPasswordUse>;  // by id
std::string format_app_password_uses(const AppPasswordUses& uses);
// What can be read of it.
AppPasswordUses parse_app_password_uses(std::string_view text);

}  // namespace kontor::trace
