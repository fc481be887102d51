// SPDX-License-Identifier: GPL-3.0-or-later
// HTTPS by WinHTTP. One object is one session with one server; calls wait for the answer, with
// limits of time. Belongs to one thread.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "admin-mmc/client/credentials.hpp"
#include "admin-mmc/client/trust.hpp"

namespace kontor::admin {

// The server was not reached, or is not the one it says it is. text() is for people.
class HttpError : public std::runtime_error {
 public:
  HttpError(std::wstring text, bool untrusted);
  const std::wstring& text() const { return text_; }
  bool untrusted() const { return untrusted_; }

 private:
  std::wstring text_;
  bool untrusted_;
};

struct HttpAnswer {
  int status = 0;
  std::string body;
  std::vector<std::string> sign_in;  // values of WWW-Authenticate
  std::string cookie;                // "name=value" of the first Set-Cookie
};

class Http {
 public:
  explicit Http(const Server& server);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // `headers` are whole lines, each with its CRLF. Throws HttpError.
  HttpAnswer ask(const char* method,
                 const std::string& path,
                 const std::wstring& headers,
                 const std::string& body);

  // The certificate that the server shows, whoever signed it. Nothing secret is sent.
  CertificateText certificate();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::admin
