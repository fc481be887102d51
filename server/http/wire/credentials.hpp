// SPDX-License-Identifier: GPL-3.0-or-later
// The field Authorization: Basic (RFC 7617) and Negotiate (RFC 4559). Pure.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "base/core/result.hpp"

namespace kontor::http::wire {

struct Password {
  std::string user, password;  // UTF-8
};
struct Token {
  std::string bytes;  // of SPNEGO (RFC 4178)
};
using Credentials = std::variant<Password, Token>;

// unsupported: another scheme. bad_input: not as the scheme says.
Result<Credentials> parse_authorization(std::string_view value);

// Does this answer of SPNEGO's acceptor say that the client has been let in (RFC 4178, 4.2.2:
// negState accept-completed), so that no further token comes?
bool says_completed(std::string_view token);

}  // namespace kontor::http::wire
