// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/standing.hpp"

#include "server/imap/command_reader.hpp"

namespace kontor::imap {

Task<Result<void>> check_standing(Session& session) {
  auto reason = session.end->reason.with([](const auto& value) { return value; });
  if (reason) co_return fail(co_await say_bye(session, *std::move(reason)));
  if (auto renewed = session.row->take_renewed()) session.identity = std::move(renewed);
  if (session.selected && !session.may_here(Right::read))
    co_return fail(co_await say_bye(session, "You may not read this mailbox any more"));
  co_return Result<void>();
}

}  // namespace kontor::imap
