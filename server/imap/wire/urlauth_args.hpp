// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of GENURLAUTH, URLFETCH and RESETKEY (RFC 4467, 9; RFC 5524, 5). Pure; bad_input with a
// sentence for the client.
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

namespace url_item {  // bits: RFC 5524, 3.1
inline constexpr unsigned body = 1, binary = 2, structure = 4;
}  // namespace url_item
struct UrlToFetch {
  std::string url;
  unsigned what = 0;  // url_item::...; none: the answer is that of RFC 4467
};
Result<std::vector<UrlToFetch>> parse_urlfetch(std::string_view text);

struct ResetKey {
  std::optional<std::string> mailbox;   // nothing: all
  std::vector<std::string> mechanisms;  // upper case; empty: all
};
Result<ResetKey> parse_resetkey(std::string_view text, bool utf8);

}  // namespace kontor::imap::wire
