// SPDX-License-Identifier: GPL-3.0-or-later
// The value of an Authorization header by SSPI (RFC 4559): of the person who is signed in to
// Windows, or of a name and password. WinHTTP's own sign-in is not used: what it sends depends on
// zones and policies of the browser.
#pragma once
#include <memory>
#include <string>

#include "admin-mmc/client/credentials.hpp"

namespace kontor::admin {

class Negotiate {
 public:
  // For the service HTTP/host. `host` is the name the server has in its ticket.
  Negotiate(const std::wstring& host, const Credentials& credentials);
  ~Negotiate();
  Negotiate(const Negotiate&) = delete;
  Negotiate& operator=(const Negotiate&) = delete;

  // The next token in base64, after the server's (base64; empty at first). Empty: there is no
  // ticket for this server, or the server's token was not right; error() has the number.
  std::string step(const std::string& challenge);
  long error() const { return error_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  long error_ = 0;
};

// Base64 of bytes, in one line, and back; what is no base64 becomes nothing.
std::string base64(const std::string& bytes);
std::string from_base64(const std::string& text);

}  // namespace kontor::admin
