// SPDX-License-Identifier: GPL-3.0-or-later
// DATA (RFC 5321, 4.1.1.4).
#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/message.hpp"

namespace kontor::smtp {
namespace {

std::optional<wire::Reply> refusal(const Session& session) {
  if (auto refused = refusal_before_message(session)) return refused;
  if (session.transaction.chunks)  // RFC 3030, 2
    return wire::Reply(503, "5.5.1", "the message comes by BDAT");
  if (session.transaction.mail->body == wire::Body::binary)  // RFC 3030, 3
    return wire::Reply(503, "5.5.1", "BINARYMIME comes by BDAT alone");
  return std::nullopt;
}

}  // namespace

Task<Result<void>> cmd_data(Session& session, std::string) {
  if (const auto refused = refusal(session)) {
    reply_bad(session, *refused);
    co_return Result<void>();
  }
  session.reply(wire::Reply(354, "", "end with a line that is a dot"));
  wire::DataDecoder decoder(session.limits().max_message);
  const auto read = co_await session.read_data(decoder);
  if (!read) {
    session.log().emit(log::events::k_smtp_message_lost, read.error());
    if (read.error().code() == Errc::limit) reply_refusal(session, too_large_reply());
    co_return read;
  }
  const auto refused =
      decoder.has_bare_cr_or_lf() ? bare_line_end_reply() : size_refusal(session, decoder.size());
  if (refused) {
    Heard heard;
    heard.size = decoder.size();
    refuse_message(session, heard, *refused);
  } else {
    co_await accept_message(session, decoder.take());
  }
  co_return Result<void>();
}

}  // namespace kontor::smtp
