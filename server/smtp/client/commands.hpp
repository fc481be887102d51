// SPDX-License-Identifier: GPL-3.0-or-later
// What a message needs of another server, and the commands that hand it over. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/queue/message.hpp"
#include "server/smtp/client/extensions.hpp"

namespace kontor::smtp::client {

// What the bytes and the addresses of a message ask for, whatever its sender declared.
struct Needs {
  bool utf8 = false;    // RFC 6531: addresses or header fields beyond ASCII
  bool mime8 = false;   // RFC 6152: 8-bit bytes
  bool chunks = false;  // RFC 3030: bytes that DATA cannot carry: a bare CR or LF, or BINARYMIME
  bool binary = false;
};
Needs needs_of(const queue::Envelope& envelope,
               const std::vector<queue::Recipient>& recipients,
               std::string_view bytes);

// Why this server cannot get this message; nothing: it can. Nothing is ever converted: that would
// break signatures, and servers without 8BITMIME are as good as gone (RFC 6152, 3 allows both).
std::optional<queue::Outcome> obstacle(const Needs& needs,
                                       const Extensions& offered,
                                       std::uint64_t size);

// The same of the time that the sender set (RFC 2852, 4.2): to be returned by then, it goes to no
// server that cannot promise that.
std::optional<queue::Outcome> by_obstacle(const queue::Envelope& envelope,
                                          const Extensions& offered,
                                          UtcSeconds now);

// RFC 3461, 4: xtext.
std::string to_xtext(std::string_view text);

// An address that can stand in a command line: nothing in it ends the line or the path.
bool is_sendable(std::string_view address) noexcept;

// Without the CRLF. DSN parameters are handed on where they are offered (RFC 3461, 5.2.1), as are
// REQUIRETLS, BY with the time that is left, and MT-PRIORITY.
std::string mail_command(const queue::Envelope& envelope,
                         const Needs& needs,
                         const Extensions& offered,
                         std::uint64_t size,
                         UtcSeconds now);
std::string rcpt_command(const queue::Recipient& recipient,
                         const Needs& needs,
                         const Extensions& offered);

// The message as DATA carries it, cut into writes: dots stuffed (RFC 5321, 4.5.2), a missing last
// CRLF added, the end-of-data line last.
class DotStuffer {
 public:
  explicit DotStuffer(std::string_view bytes) : rest_(bytes), ends_well_(bytes.ends_with("\r\n")) {}
  // The next piece; empty when all was given.
  std::string next();

 private:
  std::string_view rest_;
  bool ends_well_;
  bool is_over_ = false;
};

}  // namespace kontor::smtp::client
