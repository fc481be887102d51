// SPDX-License-Identifier: GPL-3.0-or-later
// SMTP command lines (RFC 5321, 4.1; AUTH RFC 4954; SIZE RFC 1870; 8BITMIME RFC 6152; SMTPUTF8 RFC
// 6531; DSN RFC 3461; CHUNKING and BINARYMIME RFC 3030; BURL RFC 4468; REQUIRETLS RFC 8689;
// FUTURERELEASE RFC 4865; DELIVERBY RFC 2852; MT-PRIORITY RFC 6710; ETRN RFC 1985). Pure: a line
// in, value or error out.
//
// Errors: bad_input is 501 (syntax of the arguments), not_found is 555 (an unknown parameter of
// MAIL or RCPT, RFC 5321 4.1.1.11), unsupported is 504 (a known one with a value that is not done
// here).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::smtp::wire {

struct Line {
  std::string verb;  // upper case
  std::string arguments;
};

// Takes a line as read, with its end. bad_input: it does not end in CRLF, or a bare CR, a bare LF
// or a NUL is in it: the caller must not go on reading commands (RFC 5321, 2.3.8).
Result<Line> parse_line(std::string_view line);

enum class Body : unsigned char { bits7, mime8, binary };
enum class Return : unsigned char { unspecified, full, headers };  // RFC 3461, 4.3

// RFC 3461, 4.1: NOTIFY as bits.
inline constexpr unsigned char k_notify_never = 0, k_notify_success = 1, k_notify_failure = 2,
                               k_notify_delay = 4;
inline constexpr std::size_t k_max_envelope_id = 100;  // RFC 3461, 4.4
inline constexpr std::size_t k_max_original = 500;     // RFC 3461, 4.2

// RFC 2852, 4: within so many seconds, or it is returned or its sender is told.
struct DeliverBy {
  std::int64_t seconds = 0;  // of nine digits; not above 0 only where it is not returned
  bool is_return = false;
  bool is_trace = false;
};

struct MailCommand {
  Path sender;
  std::optional<std::uint64_t> size;
  Body body = Body::bits7;
  bool smtputf8 = false;
  Return returned = Return::unspecified;
  std::optional<std::string> envelope_id;  // decoded
  bool requires_tls = false;
  std::optional<std::uint32_t> hold_for;  // seconds, of nine digits; one of the two at most
  std::optional<UtcSeconds> hold_until;
  std::optional<DeliverBy> deliver_by;
  std::optional<std::int8_t> priority;  // -9 to 9
};

struct EtrnCommand {      // RFC 1985, 5.2
  std::string domain;     // lower case; of "#queue": the word
  bool is_below = false;  // "@domain": all below it too
  bool is_queue = false;  // "#queue"
};

struct RcptCommand {
  Path recipient;
  std::optional<unsigned char> notify;
  std::string original;  // "rfc822;name@host", decoded; empty: none
};

struct BdatCommand {
  std::uint64_t size = 0;
  bool is_last = false;
};

struct BurlCommand {  // RFC 4468, 3.5
  std::string url;
  bool is_last = false;
};

struct AuthCommand {
  std::string mechanism;                // upper case
  std::optional<std::string> response;  // decoded; "=" is an empty one (RFC 4954, 4)
};

struct HelloCommand {
  std::string name;         // as given, harmless in a header field
  bool is_literal = false;  // an address literal
  bool is_valid = false;    // a domain or an address literal by the grammar
};

Result<MailCommand> parse_mail(std::string_view arguments);
Result<RcptCommand> parse_rcpt(std::string_view arguments);
Result<BdatCommand> parse_bdat(std::string_view arguments);
Result<BurlCommand> parse_burl(std::string_view arguments);
Result<EtrnCommand> parse_etrn(std::string_view arguments);
Result<AuthCommand> parse_auth(std::string_view arguments);
Result<HelloCommand> parse_hello(std::string_view arguments);

// RFC 3339, 5.6: "2026-11-30T08:00:00Z"; a part of a second is cut. bad_input: no such time.
Result<UtcSeconds> parse_date_time(std::string_view text);

// What a client sends in answer to a 334: base64, or "*" which gives cancelled (RFC 4954, 4).
Result<std::string> parse_auth_response(std::string_view line);

}  // namespace kontor::smtp::wire
