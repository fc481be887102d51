// SPDX-License-Identifier: GPL-3.0-or-later
// What a client is told for each kind of error: the one table from Errc to the protocols' own
// answers.
//
// A command never invents a code. "No such mailbox" and "not allowed to know" read alike, and no
// answer carries the detail of an Error. Sources: RFC 5530 (IMAP response codes), RFC 5321 4.2 and
// RFC 3463 (SMTP), RFC 2449 and 3206 (POP3), RFC 9110 15 (HTTP).
#pragma once
#include <string_view>

#include "base/core/result.hpp"

namespace kontor {

enum class LogLevel : unsigned char { debug, info, warning, error };

struct Answer {
  Errc code;
  bool imap_bad;                   // IMAP: BAD (the client's syntax) rather than NO
  std::string_view imap_code;      // response code without brackets; empty: none
  int smtp_reply;                  // basic reply code
  std::string_view smtp_enhanced;  // enhanced status code
  std::string_view pop3_code;      // response code without brackets; empty: none
  int http_status;
  LogLevel level;
  bool retry;             // may the same request succeed later
  std::string_view text;  // what every client may read
};

// The row of a kind. Any thread; never fails.
const Answer& answer_for(Errc code) noexcept;

}  // namespace kontor
