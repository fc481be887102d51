// SPDX-License-Identifier: GPL-3.0-or-later
// BDAT (RFC 3030, 2): a chunk of the message, its bytes counted. The bytes follow the command at
// once, whatever becomes of it: they are always read, so that none of them is taken for a command.
#include "base/log/events/smtp.hpp"
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

// MAIL was asked for a hello and a sign-in before; the row of BDAT is not, because the bytes have
// to be read first.
std::optional<wire::Reply> refusal(const Session& session) {
  if (auto refused = refusal_before_message(session)) return refused;
  // RFC 3030, 2: after a chunk that failed only RSET helps.
  if (session.transaction.is_broken)
    return wire::Reply(503, "5.5.1", "a chunk before this one failed");
  return std::nullopt;
}

std::optional<wire::Reply> chunk_refusal(const wire::ChunkDecoder& chunks, const Session& session) {
  if (chunks.size() > session.limits().max_message) return too_large_reply();
  if (chunks.has_bare_cr_or_lf()) return bare_line_end_reply();
  return std::nullopt;
}

// A chunk that is not the last one has one answer, in LMTP too (RFC 2033, 4.3).
void answer_chunk(Session& session, std::uint64_t size) {
  if (const auto refused = chunk_refusal(*session.transaction.chunks, session)) {
    session.transaction.is_broken = true;
    session.reply(*refused);
    return;
  }
  session.reply(wire::Reply(250, "2.0.0", std::to_string(size) + " octets received"));
}

Task<void> finish(Session& session) {
  auto& chunks = *session.transaction.chunks;
  chunks.end();
  const auto refused =
      chunks.has_bare_cr_or_lf() ? bare_line_end_reply() : size_refusal(session, chunks.size());
  if (refused) {
    refuse_message(session, chunks.size(), *refused);
  } else {
    co_await accept_message(session, chunks.take());
  }
}

}  // namespace

Task<Result<void>> cmd_bdat(Session& session, std::string arguments) {
  const auto bdat = wire::parse_bdat(arguments);
  if (!bdat) co_return co_await give_up(session, wire::Reply(501, "5.5.4", "BDAT SIZE [LAST]"));
  if (bdat->size / 2 > session.limits().max_message)
    co_return co_await give_up(session, too_large_reply());
  auto& transaction = session.transaction;
  if (const auto refused = refusal(session)) {
    KONTOR_CO_TRY(co_await session.read_chunk(nullptr, bdat->size));
    reply_bad(session, *refused);
    co_return Result<void>();
  }
  if (!transaction.chunks)
    transaction.chunks.emplace(session.limits().max_message,
                               transaction.mail->body == wire::Body::binary);
  const auto read = co_await session.read_chunk(&*transaction.chunks, bdat->size);
  if (!read) {
    session.log().emit(log::events::k_smtp_message_lost, read.error());
    co_return read;
  }
  if (!bdat->is_last) {
    answer_chunk(session, bdat->size);
  } else {
    co_await finish(session);
  }
  co_return Result<void>();
}

}  // namespace kontor::smtp
