// SPDX-License-Identifier: GPL-3.0-or-later
// BURL (RFC 4468): a piece of the message that the server fetches itself by an IMAP URL which its
// owner has signed, so that forwarding does not cost the client the way down and up again.
#include "server/smtp/chunks.hpp"
#include "server/smtp/commands.hpp"

namespace kontor::smtp {
namespace {

// RFC 4468, 6.
wire::Reply failure_reply(const Error& error) {
  switch (error.code()) {
    case Errc::bad_input:
      return {501, "5.5.4", "not an IMAP URL of a message"};
    case Errc::no_permission:
      return {554, "5.7.0", "IMAP URL authorization failed"};
    case Errc::not_found:
      return {554, "5.6.6", "the message's content is not available"};
    default:
      return {451, "4.4.1", "the mailbox cannot be read now"};
  }
}

}  // namespace

Task<Result<void>> cmd_burl(Session& session, std::string arguments) {
  const auto& fetch_url = session.environment().fetch_url;
  if (!fetch_url) {  // a server without mailboxes of its own
    reply_bad(session, wire::Reply(502, "5.5.1", "BURL is not offered"));
    co_return Result<void>();
  }
  const auto burl = wire::parse_burl(arguments);
  if (!burl) {
    reply_bad(session, wire::Reply(501, "5.5.4", "BURL URL [LAST]"));
    co_return Result<void>();
  }
  if (const auto refused = refusal_before_chunk(session)) {
    reply_bad(session, *refused);
    co_return Result<void>();
  }
  auto bytes = co_await fetch_url(*session.identity, burl->url);
  if (!bytes) {
    session.transaction.is_broken = true;
    session.reply(failure_reply(bytes.error()));
    co_return Result<void>();
  }
  chunks_of(session).feed(*bytes);
  co_await after_chunk(session, bytes->size(), burl->is_last);
  co_return Result<void>();
}

}  // namespace kontor::smtp
