// SPDX-License-Identifier: GPL-3.0-or-later
// Mail addresses as SMTP writes them (RFC 5321, 4.1.2 and 4.1.3; internationalised, RFC 6531, 3.3).
// Pure: bytes in, value or bad_input out.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::smtp::wire {

struct Mailbox {
  std::string local;   // quotes and backslashes undone
  std::string domain;  // as written; empty: none was given, which the caller completes or refuses
  // local@domain, neither part quoted: for looking up.
  std::string address() const;
  // As SMTP writes it: a local part that needs quotes has them.
  std::string text() const;
  bool is_ascii() const noexcept;
};

struct Path {
  bool is_null = false;  // "<>"
  Mailbox mailbox;
};

inline constexpr std::size_t k_max_local = 256;   // RFC 5321, 4.5.3.1.1 asks for 64; senders with
                                                  // rewritten return paths write longer ones
inline constexpr std::size_t k_max_domain = 255;  // RFC 5321, 4.5.3.1.2

// A mailbox without angle brackets: dot-string or quoted-string, "@", domain or address literal.
Result<Mailbox> parse_mailbox(std::string_view text);

// The path at the start of `text`, in angle brackets; `rest` gets what follows. A source route is
// read and dropped (RFC 5321, 4.1.1.3 and appendix C). `null_allowed`: reverse-path. A local part
// alone is read too: it is postmaster (RFC 5321, 4.1.1.3), or somebody of a default domain.
Result<Path> parse_path(std::string_view text, bool null_allowed, std::string_view& rest);

// A host name by RFC 5321 (an underscore is let through: Windows hosts have them), or an address
// literal: [192.0.2.1], [IPv6:2001:db8::1].
bool is_domain(std::string_view text) noexcept;
bool is_address_literal(std::string_view text) noexcept;

}  // namespace kontor::smtp::wire
