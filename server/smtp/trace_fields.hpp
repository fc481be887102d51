// SPDX-License-Identifier: GPL-3.0-or-later
// The header fields a server adds at the start of a message (RFC 5321, 4.4), and the count of those
// that others added. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/core/time.hpp"
#include "base/net/stream.hpp"
#include "server/smtp/server.hpp"
#include "server/smtp/wire/command.hpp"

namespace kontor::smtp {

struct TraceInfo {
  Role role = Role::mx;
  wire::HelloCommand hello;
  bool is_extended = false;  // EHLO or LHLO
  bool is_signed_in = false;
  bool is_utf8 = false;  // MAIL with SMTPUTF8
  std::string peer_address;
  net::TlsInfo tls;  // empty: none
  std::string server_name;
  std::string trace;      // the message's id
  std::string recipient;  // when there is one; others are nobody's business
  UtcSeconds time{};
};

// "Return-Path: <…>" CRLF; the null path is "<>". Fields of that name that are in the message
// already are left where they are: ours is the first, and the bytes below it stay as they came.
std::string return_path_field(std::string_view sender);
// "Received: from …" CRLF, folded.
std::string received_field(const TraceInfo& info);
// The "with" word: SMTP, ESMTPSA, UTF8SMTPS, LMTPS … (RFC 3848, RFC 6531 4.3).
std::string protocol_word(const TraceInfo& info);

// "Delivered-To: …" CRLF: an address that others stand behind puts its name on every copy that it
// sends on.
std::string delivered_to_field(std::string_view address);
// Has the message been with this address before, by those fields?
bool went_through(std::string_view message, std::string_view address);

// Received fields of the message's header (RFC 5321, 6.3).
std::size_t count_hops(std::string_view message);
// The header of a message, up to and with the empty line.
std::string_view header_of(std::string_view message) noexcept;

}  // namespace kontor::smtp
