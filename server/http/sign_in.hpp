// SPDX-License-Identifier: GPL-3.0-or-later
// Who sends a request: Negotiate (RFC 4559) and Basic (RFC 7617), proved anew with each request; or
// a cookie that came with an earlier answer to Negotiate (server/http/cookies.hpp).
// Guessing is slowed down behind the SignInService (server/trace/guarded_sign_in.hpp).
#pragma once
#include <optional>
#include <string_view>

#include "server/http/connection.hpp"

namespace kontor::http {

// Requests of pages and programs of the administration interface bear this field: no page of
// another site can send it (Fetch, CORS preflight).
inline constexpr std::string_view k_client_field = "X-Kontor-Client";

struct Entry {
  std::optional<wire::Response> refusal;  // 401 or 503; nothing: the connection's identity is known
  std::string proof;                      // the server's own token, for WWW-Authenticate
  std::string cookie;                     // for Set-Cookie
};

// 401 with the schemes that the route and the settings allow. A page (it sends k_client_field)
// asks for a password itself: it gets none that a browser would show a window for, but Negotiate
// where its query says negotiate=1.
wire::Response ask_for_credentials(const Connection& connection,
                                   const wire::Request& request,
                                   Access access);

// Checks the credentials of a request.
Task<Entry> sign_in(Connection& connection, const wire::Request& request, Access access);

}  // namespace kontor::http
