// SPDX-License-Identifier: GPL-3.0-or-later
// BDAT (RFC 3030, 2): a chunk of the message, its bytes counted. The bytes follow the command at
// once, whatever becomes of it: they are always read, so that none of them is taken for a command.
#include "base/log/events/smtp.hpp"
#include "server/smtp/chunks.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/message.hpp"

namespace kontor::smtp {
namespace {

// The connection ends, because what follows cannot be told from commands or is not to be read.
Task<Result<void>> give_up(Session& session, wire::Reply reply) {
  session.reply(reply);
  session.is_closing = true;
  co_return Result<void>();
}

}  // namespace

// MAIL was asked for a hello and a sign-in before; the row of BDAT is not, because the bytes have
// to be read first.
Task<Result<void>> cmd_bdat(Session& session, std::string arguments) {
  const auto bdat = wire::parse_bdat(arguments);
  if (!bdat) co_return co_await give_up(session, wire::Reply(501, "5.5.4", "BDAT SIZE [LAST]"));
  if (bdat->size / 2 > session.limits().max_message)
    co_return co_await give_up(session, too_large_reply());
  if (const auto refused = refusal_before_chunk(session)) {
    KONTOR_CO_TRY(co_await session.read_chunk(nullptr, bdat->size));
    reply_bad(session, *refused);
    co_return Result<void>();
  }
  const auto read = co_await session.read_chunk(&chunks_of(session), bdat->size);
  if (!read) {
    session.log().emit(log::events::k_smtp_message_lost, read.error());
    co_return read;
  }
  co_await after_chunk(session, bdat->size, bdat->is_last);
  co_return Result<void>();
}

}  // namespace kontor::smtp
