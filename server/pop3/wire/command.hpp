// SPDX-License-Identifier: GPL-3.0-or-later
// POP3 command lines (RFC 1939, 3 and 9; AUTH RFC 5034). Pure: a line in, value or error out.
//
// bad_input carries a sentence for the client.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::pop3::wire {

struct Line {
  std::string keyword;  // upper case
  // What follows the keyword and one blank, as it stands: a password may hold and end in blanks
  // (RFC 1939, 7, PASS).
  std::string arguments;
};

// Takes a line as read; its end may be CRLF or LF. bad_input: no keyword, or a control character
// in it.
Result<Line> parse_line(std::string_view line);

// A message number (RFC 1939, 5). One too large for any maildrop becomes the greatest there is.
Result<std::uint32_t> parse_message_number(std::string_view arguments);

struct TopCommand {
  std::uint32_t message = 0;
  std::uint32_t lines = 0;  // of the body
};
Result<TopCommand> parse_top(std::string_view arguments);

struct AuthCommand {
  std::string mechanism;                // upper case
  std::optional<std::string> response;  // decoded; "=" is an empty one (RFC 5034, 4)
};
Result<AuthCommand> parse_auth(std::string_view arguments);

// What a client sends in answer to a challenge: base64, or "*" which gives cancelled (RFC 5034, 4).
Result<std::string> parse_auth_response(std::string_view line);

}  // namespace kontor::pop3::wire
