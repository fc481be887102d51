// SPDX-License-Identifier: GPL-3.0-or-later
// COPY, MOVE and their UID forms (RFC 9051, 6.4.7 and 6.4.8; RFC 6851; COPYUID: RFC 4315, 3).
#include "server/imap/handlers.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/recoverable.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

struct Plan {
  store::FolderId from = 0;
  store::FolderId to = 0;
  std::vector<store::Uid> uids;
  store::Uid lowest = 0;  // of a part of what was named (RFC 9738)
};

// What is to be done, or the answer when it cannot be.
std::expected<Plan, Tagged> plan(const Session& session, const Request& request) {
  const auto arguments = wire::parse_copy(request.arguments, session.enabled.utf8);
  if (!arguments) return std::unexpected(bad_syntax(arguments.error()));
  auto numbers = session.resolve(arguments->set, request.by_uid);
  if (!numbers) return std::unexpected(bad_syntax(numbers.error()));
  const auto to = session.find_folder(arguments->mailbox);
  if (!to || to->recoverable != store::Recoverable::no)
    if (auto refused = refuse_in_recoverable(arguments->mailbox))
      return std::unexpected(*std::move(refused));
  // RFC 9051, 6.4.7: TRYCREATE when creating the mailbox could help.
  if (!to) return std::unexpected(Tagged(Status::no, "TRYCREATE", "no such mailbox"));
  if (!session.may(*to, Right::insert)) return std::unexpected(refusal(Error(Errc::no_permission)));
  const auto some = limit_messages(session, *std::move(numbers));
  return Plan{session.selected->id(), to->id, session.selected->uids(some.numbers), some.lowest};
}

std::string copyuid(const store::Copied& copied) {
  if (copied.from.empty()) return {};
  return "COPYUID " + std::to_string(copied.uid_validity) + " " + wire::uid_list_text(copied.from) +
         " " + wire::uid_list_text(copied.to);
}

Tagged failure(const Error& error) {
  if (error.code() == Errc::not_found) return {Status::no, "TRYCREATE", "the mailbox was deleted"};
  return refusal(error);
}

}  // namespace

Task<Result<Tagged>> cmd_copy(Session& session, Request request) {
  auto planned = plan(session, request);
  if (!planned) co_return planned.error();
  // RFC 9738, 3.1: all of them or none.
  if (planned->lowest != 0) co_return too_many_messages(session);
  if (planned->uids.empty()) co_return Tagged(Status::ok, "", "no messages copied");
  const auto copied =
      co_await session.account->copy(planned->from, std::move(planned->uids), planned->to);
  if (!copied) co_return failure(copied.error());
  Tagged tagged(Status::ok, copyuid(*copied), "");
  tagged.reported = copied->modseq;
  co_return tagged;
}

Task<Result<Tagged>> cmd_move(Session& session, Request request) {
  auto planned = plan(session, request);
  if (!planned) co_return planned.error();
  const auto& from = session.selected->view()->info();
  if (from.recoverable == store::Recoverable::no && !session.may(from, Right::expunge))
    co_return fail(Errc::no_permission, "may not take messages out");
  if (planned->uids.empty()) co_return Tagged(Status::ok, "", "no messages moved");
  const auto moved =
      co_await session.account->move(planned->from, std::move(planned->uids), planned->to);
  if (!moved) co_return failure(moved.error());
  // RFC 6851, 4.3: COPYUID in an untagged OK, before the EXPUNGE responses that sync tells.
  const auto code = copyuid(*moved);
  if (!code.empty()) session.out.line("* OK [", code, "] Moved");
  Tagged tagged;
  tagged.tells_modseq = !code.empty();  // RFC 6851, 4.4
  tell_limit(session, tagged, planned->lowest);
  tagged.reported = moved->modseq;
  co_return tagged;
}

}  // namespace kontor::imap
