// SPDX-License-Identifier: GPL-3.0-or-later
// IMAP URLs of one message or a part of it (RFC 5092), with URLAUTH (RFC 4467), as CATENATE and
// URLFETCH take them. Pure; bad_input with a sentence.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/imap/wire/fetch_args.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_url = 8'192;  // bytes

struct UrlServer {
  std::string user;  // decoded; empty: not said
  std::string host;
  std::string port;
  bool operator==(const UrlServer&) const = default;
};

enum class UrlAccess : unsigned char { none, submit, user, authuser, anonymous };

struct ImapUrl {
  std::optional<UrlServer> server;  // of an absolute one
  std::string mailbox;              // UTF-8; empty: the selected one
  std::uint32_t uid_validity = 0;   // 0: not said
  std::uint32_t uid = 0;
  BodyItem part;  // the whole message unless a section is named
  std::optional<UtcSeconds> expires;
  UrlAccess access = UrlAccess::none;
  std::string access_user;     // of submit and user
  std::size_t rump = 0;        // how long the URL is up to the end of its access
  std::string mechanism;       // upper case; empty: not authorized yet
  std::string authentication;  // the mechanism's word, as written
};

Result<ImapUrl> parse_imap_url(std::string_view text);

}  // namespace kontor::imap::wire
