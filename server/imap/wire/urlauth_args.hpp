// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of GENURLAUTH, URLFETCH and RESETKEY (RFC 4467, 9). Pure; bad_input with a sentence for
// the client.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_urls = 1'000;  // of one command

struct UrlToSign {
  std::string url;
  std::string mechanism;  // upper case
};
Result<std::vector<UrlToSign>> parse_genurlauth(std::string_view text);
Result<std::vector<std::string>> parse_urlfetch(std::string_view text);

struct ResetKey {
  std::optional<std::string> mailbox;   // nothing: all
  std::vector<std::string> mechanisms;  // upper case; empty: all
};
Result<ResetKey> parse_resetkey(std::string_view text, bool utf8);

}  // namespace kontor::imap::wire
