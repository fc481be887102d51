// SPDX-License-Identifier: GPL-3.0-or-later
// STATUS (RFC 9051, 6.3.11), with SIZE (RFC 8438), HIGHESTMODSEQ (RFC 7162), APPENDLIMIT (RFC
// 7889) and MAILBOXID (RFC 8474). Only counters are read.
#include "server/imap/folder_list.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_status(Session& session, Request request) {
  const auto arguments = wire::parse_status(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  KONTOR_CO_TRY(const auto found, co_await find_mailbox(session, arguments->mailbox));
  if (!session.may(*found.account, found.folder, Right::read))
    co_return fail(Errc::not_found, "may not read it");
  // RFC 7162, 3.1: asking for HIGHESTMODSEQ enables CONDSTORE.
  if ((arguments->items & wire::status::highestmodseq) != 0) session.enabled.condstore = true;
  session.out.line(status_line(session, *found.account, found.folder, arguments->items));
  co_return Tagged();
}

}  // namespace kontor::imap
