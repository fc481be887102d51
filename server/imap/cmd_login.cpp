// SPDX-License-Identifier: GPL-3.0-or-later
// LOGIN (RFC 9051, 6.2.3): name and password, inside TLS only (the row says so).
#include "server/imap/handlers.hpp"
#include "server/imap/sign_in.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_login(Session& session, Request request) {
  auto login = wire::parse_login(request.arguments);
  if (!login) co_return bad_syntax(login.error());
  auto context = sign_in_context(session);
  auto identity = co_await session.env.sign_in.check_password(
      login->user, std::move(login->password), std::move(context));
  if (!identity) co_return sign_in_refused(session, identity.error(), login->user);
  co_return co_await become(session, *std::move(identity));
}

}  // namespace kontor::imap
