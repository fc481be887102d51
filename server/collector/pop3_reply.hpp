// SPDX-License-Identifier: GPL-3.0-or-later
// What a POP3 server says to its client (RFC 1939), as values. Pure: any bytes give a value or
// bad_input.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::collector {

struct Pop3Status {
  bool is_ok = false;
  std::string text;  // behind the word
};
// "+OK …", "-ERR …", with its line end.
Result<Pop3Status> parse_pop3_status(std::string_view line);

// "+ CHALLENGE" of AUTH (RFC 5034).
bool is_pop3_challenge(std::string_view line) noexcept;

// The last line of a multi-line answer.
bool is_pop3_end(std::string_view line) noexcept;
// A line of a multi-line answer as it was before its dot was stuffed, ending with CRLF.
std::string pop3_content(std::string_view line);

// Capabilities (RFC 2449), in capitals: "SASL PLAIN LOGIN", "STLS".
bool pop3_can(const std::vector<std::string>& capabilities, std::string_view word);
bool pop3_has_sasl(const std::vector<std::string>& capabilities, std::string_view mechanism);

// "3 1200" of LIST.
struct Pop3Size {
  std::uint32_t number = 0;
  std::uint64_t size = 0;
};
Result<Pop3Size> parse_pop3_size(std::string_view line);
// "3 xyz" of UIDL: 1 to 70 characters from 0x21 to 0x7E; longer ones are met in the field.
struct Pop3Id {
  std::uint32_t number = 0;
  std::string id;
};
Result<Pop3Id> parse_pop3_id(std::string_view line);

}  // namespace kontor::collector
