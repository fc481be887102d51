// SPDX-License-Identifier: GPL-3.0-or-later
// What is read here of NTLM's messages ([MS-NLMP] 2.2.1); all else is the mechanism's. Pure,
// bounded.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kontor::directory {

// Does it begin as an NTLM message does, with this type? 1: NEGOTIATE, 3: AUTHENTICATE.
bool is_ntlm_message(std::string_view message, unsigned type);
// Whom an AUTHENTICATE message says it is from, as "DOMAIN\user" or "user@domain"; nothing when it
// is none, or names nobody. Not proved by anything yet.
std::optional<std::string> ntlm_claim(std::string_view message);

}  // namespace kontor::directory
