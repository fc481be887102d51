// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/chunks.hpp"

#include "server/smtp/message.hpp"

namespace kontor::smtp {
namespace {

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
    Heard heard;
    heard.size = chunks.size();
    refuse_message(session, heard, *refused);
  } else {
    co_await accept_message(session, chunks.take());
  }
}

}  // namespace

std::optional<wire::Reply> refusal_before_chunk(const Session& session) {
  if (auto refused = refusal_before_message(session)) return refused;
  // RFC 3030, 2: after a chunk that failed only RSET helps.
  if (session.transaction.is_broken)
    return wire::Reply(503, "5.5.1", "a chunk before this one failed");
  return std::nullopt;
}

wire::ChunkDecoder& chunks_of(Session& session) {
  auto& transaction = session.transaction;
  if (!transaction.chunks)
    transaction.chunks.emplace(session.limits().max_message,
                               transaction.mail->body == wire::Body::binary);
  return *transaction.chunks;
}

Task<void> after_chunk(Session& session, std::uint64_t size, bool is_last) {
  if (is_last) {
    co_await finish(session);
  } else {
    answer_chunk(session, size);
  }
}

}  // namespace kontor::smtp
