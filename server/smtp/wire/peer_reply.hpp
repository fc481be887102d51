// SPDX-License-Identifier: GPL-3.0-or-later
// Replies of another server, read line by line (RFC 5321, 4.2; enhanced codes RFC 2034, 3463).
//
// Pure and bounded: a reply without end is an error (limit), and so is what is no reply
// (bad_input). Its text is a stranger's: control characters come out as '?', broken UTF-8 as
// U+FFFD, so that it can stand in a log and in a notice.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::smtp::wire {

inline constexpr std::size_t k_max_reply_line = 2'048;  // RFC 5321, 4.5.3.1.5 has 512
inline constexpr std::size_t k_max_reply_lines = 256;

struct PeerReply {
  int code = 0;
  std::string enhanced;            // "5.1.1"; empty: none, or one of another class than the code
  std::vector<std::string> lines;  // texts without code; the enhanced code still in front

  bool is_done() const noexcept { return code / 100 == 2; }
  bool wants_more() const noexcept { return code / 100 == 3; }
  bool is_temporary() const noexcept { return code / 100 == 4; }
  bool is_permanent() const noexcept { return code / 100 == 5; }
  // All of it in one line, as notices and logs show it; cut when it is long.
  std::string text() const;
};

class PeerReplyReader {
 public:
  // Takes a line with its end; true when the reply is complete.
  Result<bool> add(std::string_view line);
  PeerReply take() { return std::move(reply_); }

 private:
  PeerReply reply_;
};

}  // namespace kontor::smtp::wire
