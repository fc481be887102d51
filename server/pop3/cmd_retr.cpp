// SPDX-License-Identifier: GPL-3.0-or-later
// RETR and TOP (RFC 1939, 5 and 7). A message goes out in pieces, so that a large one is never held
// whole. Neither changes a flag: fetching is not reading (docs/quirks.md).
#include <algorithm>

#include "server/pop3/commands.hpp"
#include "server/pop3/wire/command.hpp"
#include "server/pop3/wire/multi_line.hpp"

namespace kontor::pop3 {
namespace {

constexpr std::uint64_t k_piece = 256U << 10U;     // of a message, in memory at a time
constexpr std::uint64_t k_top_piece = 16U << 10U;  // of a body that TOP counts lines in
constexpr std::uint64_t k_line_guess = 80;         // octets of a line, for the first read of TOP

// Whole when it is small: then its checksum is checked.
Task<Result<std::string>> read_first(Session& session, Message message) {
  if (message.size <= k_piece)
    co_return co_await session.ahead.read(*session.account, *session.maildrop, message);
  co_return co_await session.account->read_range(message.item, 0, k_piece);
}

// The next piece of a message of which +OK has been said: there is no way back.
Task<Result<std::string>> read_next(Session& session,
                                    Message message,
                                    std::uint64_t offset,
                                    std::uint64_t most) {
  auto piece = co_await session.account->read_range(message.item, offset, most);
  if (piece && !piece->empty()) co_return piece;
  co_return fail(Errc::closed, "reading a message failed midway");
}

Task<Result<void>> send_message(Session& session, Message message) {
  auto piece = co_await read_first(session, message);
  if (!piece) {
    session.refuse(piece.error());
    co_return Result<void>();
  }
  session.ok(std::to_string(message.size) + " octets");
  wire::DotStuffer stuffer;
  stuffer.append(session.out(), *piece);
  for (std::uint64_t done = piece->size(); done < message.size; done += piece->size()) {
    KONTOR_CO_TRY(co_await session.flush_if_large());
    KONTOR_CO_TRY(piece, co_await read_next(session, message, done, k_piece));
    stuffer.append(session.out(), *piece);
  }
  stuffer.finish(session.out());
  ++session.retrieved;
  co_return Result<void>();
}

Task<Result<void>> send_top(Session& session, Message message, std::uint32_t lines) {
  const auto guess = std::min<std::uint64_t>(lines * k_line_guess, k_top_piece);
  const auto first = std::min(message.size, message.header_size + guess);
  auto piece = co_await session.account->read_range(message.item, 0, first);
  if (!piece) {
    session.refuse(piece.error());
    co_return Result<void>();
  }
  session.ok("top of message follows");
  wire::DotStuffer stuffer;
  wire::TopCutter cutter(message.header_size, lines);
  std::uint64_t done = piece->size();
  stuffer.append(session.out(), cutter.take(*piece));
  while (!cutter.is_done() && done < message.size) {
    KONTOR_CO_TRY(co_await session.flush_if_large());
    KONTOR_CO_TRY(piece, co_await read_next(session, message, done, k_top_piece));
    done += piece->size();
    stuffer.append(session.out(), cutter.take(*piece));
  }
  stuffer.finish(session.out());
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> cmd_retr(Session& session, std::string arguments) {
  const auto number = wire::parse_message_number(arguments);
  if (!number) {
    session.bad(number.error().detail());
    co_return Result<void>();
  }
  const auto message = session.maildrop->find(*number);
  if (!message) {
    session.error(message.error().detail());
    co_return Result<void>();
  }
  co_return co_await send_message(session, *message);
}

Task<Result<void>> cmd_top(Session& session, std::string arguments) {
  const auto top = wire::parse_top(arguments);
  if (!top) {
    session.bad(top.error().detail());
    co_return Result<void>();
  }
  const auto message = session.maildrop->find(top->message);
  if (!message) {
    session.error(message.error().detail());
    co_return Result<void>();
  }
  co_return co_await send_top(session, *message, top->lines);
}

}  // namespace kontor::pop3
