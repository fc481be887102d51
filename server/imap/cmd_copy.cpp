// SPDX-License-Identifier: GPL-3.0-or-later
// COPY, MOVE and their UID forms (RFC 9051, 6.4.7 and 6.4.8; RFC 6851; COPYUID: RFC 4315, 3).
#include <expected>

#include "server/imap/handlers.hpp"
#include "server/imap/message_intake.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/transfer.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

struct Plan {
  Mailbox to;
  std::vector<store::Uid> uids;
  store::Uid lowest = 0;  // of a part of what was named (RFC 9738)
};

// What is to be done, or the answer when it cannot be.
Task<std::expected<Plan, Tagged>> plan(Session& session, const Request& request) {
  using Answer = std::expected<Plan, Tagged>;
  const auto arguments = wire::parse_copy(request.arguments, session.enabled.utf8);
  if (!arguments) co_return Answer(std::unexpected(bad_syntax(arguments.error())));
  auto numbers = session.resolve(arguments->set, request.by_uid);
  if (!numbers) co_return Answer(std::unexpected(bad_syntax(numbers.error())));
  auto to = co_await find_destination(session, arguments->mailbox);
  if (!to) co_return Answer(std::unexpected(to.error()));
  const auto some = limit_messages(session, *std::move(numbers));
  co_return Answer(Plan{*std::move(to), session.selected->uids(some.numbers), some.lowest});
}

bool is_across(const Session& session, const Plan& planned) {
  return planned.to.account->id() != session.selected->account()->id();
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

void tell(const Session& session, const Plan& planned, const store::Copied& copied) {
  if (!session.env.moved || copied.to.empty()) return;
  const auto owner = session.selected->account()->view().binding();
  const auto view = session.selected->view();
  auto to = planned.to.folder;
  to.name = planned.to.local;
  session.env.moved({view->info(), to, owner, *planned.to.account, copied.to});
}

Task<Result<store::Copied>> move_across(Session& session,
                                        std::vector<store::Uid> uids,
                                        Mailbox to) {
  KONTOR_CO_TRY(auto copied, co_await copy_across(session, std::move(uids), std::move(to)));
  if (copied.from.empty()) co_return copied;
  const auto here = session.selected->account();
  auto from = copied.from;
  KONTOR_CO_TRY(co_await here->remove(session.selected->id(), std::move(from)));
  co_return copied;
}

}  // namespace

Task<Result<Tagged>> cmd_copy(Session& session, Request request) {
  auto planned = co_await plan(session, request);
  if (!planned) co_return planned.error();
  // RFC 9738, 3.1: all of them or none.
  if (planned->lowest != 0) co_return too_many_messages(session);
  if (planned->uids.empty()) co_return Tagged(Status::ok, "", "no messages copied");
  const auto here = session.selected->account();
  const auto to = planned->to.account;
  const auto copied = is_across(session, *planned)
                          ? co_await copy_across(session, std::move(planned->uids), planned->to)
                          : co_await here->copy(session.selected->id(), std::move(planned->uids),
                                                planned->to.folder.id);
  if (!copied) co_return failure(copied.error());
  tell(session, *planned, *copied);
  Tagged tagged(Status::ok, copyuid(*copied), "");
  tagged.report(*to, copied->modseq);
  co_return tagged;
}

Task<Result<Tagged>> cmd_move(Session& session, Request request) {
  auto planned = co_await plan(session, request);
  if (!planned) co_return planned.error();
  const auto& from = session.selected->view()->info();
  if (from.recoverable == store::Recoverable::no && !session.may_here(Right::expunge))
    co_return fail(Errc::no_permission, "may not take messages out");
  if (planned->uids.empty()) co_return Tagged(Status::ok, "", "no messages moved");
  if (is_across(session, *planned) && from.recoverable != store::Recoverable::no)
    co_return Tagged(Status::no, "CANNOT", "copy it, or move it into a mailbox of your own");
  const auto here = session.selected->account();
  const auto moved = is_across(session, *planned)
                         ? co_await move_across(session, std::move(planned->uids), planned->to)
                         : co_await here->move(session.selected->id(), std::move(planned->uids),
                                               planned->to.folder.id);
  if (!moved) co_return failure(moved.error());
  tell(session, *planned, *moved);
  // RFC 6851, 4.3: COPYUID in an untagged OK, before the EXPUNGE responses that sync tells.
  const auto code = copyuid(*moved);
  if (!code.empty()) session.out.line("* OK [", code, "] ", session.say("Moved"));
  Tagged tagged;
  tagged.tells_modseq = !code.empty();  // RFC 6851, 4.4
  tell_limit(session, tagged, planned->lowest);
  if (!is_across(session, *planned)) tagged.report(*here, moved->modseq);
  co_return tagged;
}

}  // namespace kontor::imap
