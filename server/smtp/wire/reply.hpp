// SPDX-License-Identifier: GPL-3.0-or-later
// SMTP replies as bytes (RFC 5321, 4.2; enhanced codes RFC 2034 and 3463). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kontor::smtp::wire {

struct Reply {
  int code = 250;
  std::string enhanced;            // "2.1.0"; empty: none (greeting, EHLO, 3xx: RFC 2034, 4)
  std::vector<std::string> lines;  // at least one

  Reply(int reply_code, std::string_view enhanced_code, std::string line)
      : code(reply_code), enhanced(enhanced_code), lines{std::move(line)} {}
  Reply(int reply_code, std::string_view enhanced_code, std::vector<std::string> all)
      : code(reply_code), enhanced(enhanced_code), lines(std::move(all)) {}
  bool is_error() const noexcept { return code >= 400; }
};

// "250-first\r\n250 last\r\n", the enhanced code on every line. CR, LF and other control characters
// of the text come out as '?': no text can end a line or forge another reply.
std::string format(const Reply& reply);

}  // namespace kontor::smtp::wire
