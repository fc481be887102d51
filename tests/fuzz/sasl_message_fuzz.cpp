// SPDX-License-Identifier: GPL-3.0-or-later
// SASL: any bytes as the message of PLAIN (RFC 4616), and as what carries messages in IMAP, SMTP
// and POP3; what is read holds no more than was sent.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "directory/agent/plain.hpp"
#include "server/imap/wire/arguments.hpp"
#include "server/pop3/wire/command.hpp"
#include "server/smtp/wire/command.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_plain(std::string_view bytes) {
  const auto message = kontor::directory::parse_plain(bytes);
  if (!message) return;
  require(!message->login.empty());
  const auto size =
      message->authorization_id.size() + message->login.size() + message->password.size();
  require(size + 2 == bytes.size());
  for (const auto& part : {message->authorization_id, message->login, message->password})
    require(part.find('\0') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_plain(bytes);
  const auto message = kontor::imap::wire::parse_sasl_response(bytes);
  if (message && *message) check_plain(**message);
  static_cast<void>(kontor::smtp::wire::parse_auth_response(bytes));
  static_cast<void>(kontor::pop3::wire::parse_auth_response(bytes));
  return 0;
}
