// SPDX-License-Identifier: GPL-3.0-or-later
// STARTTLS (RFC 9051, 6.2.1 and 11.1).
#include "base/log/events/imap.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

constexpr net::Limit k_handshake_limit{30'000};

}  // namespace

Task<Result<Tagged>> cmd_starttls(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  if (session.stream->is_tls()) co_return Tagged(Status::bad, "", "TLS is active already");
  auto certificate = session.env.tls();
  if (!certificate) co_return Tagged(Status::no, "UNAVAILABLE", "the server has no certificate");
  session.out.line(request.tag, " OK ", session.say("Begin TLS negotiation now"));
  KONTOR_CO_TRY(co_await session.out.flush());
  // RFC 9051, 11.1: what came in the clear behind the command is never run.
  session.reader.discard();
  auto secured = co_await session.stream->start_tls(std::move(certificate), k_handshake_limit);
  if (!secured) {
    session.log.emit(log::events::k_imap_tls_failed, secured.error());
    session.state = State::logout;
    co_return fail(Errc::closed, "TLS handshake failed");
  }
  session.row->set_tls(true);
  // Who could change what was sent in the clear has chosen no language (RFC 5255, 7).
  session.language = Language::i_default;
  Tagged done;
  done.answered = true;
  co_return done;
}

}  // namespace kontor::imap
