// SPDX-License-Identifier: GPL-3.0-or-later
// One request of this server to another by HTTPS, whose certificate is checked. No redirect is
// followed.
#pragma once
#include <memory>
#include <string>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/connect.hpp"
#include "base/net/resolver.hpp"
#include "server/http/wire/reply.hpp"

namespace kontor::http {

struct FetchTerms {
  net::Resolver& resolver;  // outlives the task
  std::shared_ptr<const net::ClientTlsContext> authorities;
  unsigned port = 443;
  net::Limit limit = std::chrono::seconds(60);  // of everything
  std::size_t max_body = 65'536;
};

struct Wanted {
  std::string host;  // its certificate has to be for it
  std::string path;
  std::string type = {};  // Content-Type of what is sent by POST; empty: GET
  std::string body = {};
};

// Tries the addresses of the host one after the other until one speaks TLS with a good certificate.
// unavailable, timed_out: not now; bad_input: the certificate, or the answer, is not in order.
Task<Result<wire::Reply>> fetch(FetchTerms terms, Wanted wanted);

// The same for a text: bad_input unless the answer is 200 and text/plain.
Task<Result<std::string>> fetch_text(FetchTerms terms, Wanted wanted);

}  // namespace kontor::http
