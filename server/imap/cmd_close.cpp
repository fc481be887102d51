// SPDX-License-Identifier: GPL-3.0-or-later
// CLOSE, UNSELECT, EXPUNGE and UID EXPUNGE (RFC 9051, 6.4.1 to 6.4.3, 6.4.9; HIGHESTMODSEQ: RFC
// 7162, 3.2.7 to 3.2.9).
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/recoverable.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

// UIDs of the messages with \Deleted; the counter spares the walk when there are none.
std::vector<store::Uid> deleted_uids(const Session& session) {
  std::vector<store::Uid> uids;
  const auto view = session.selected->account()->view().open(session.selected->id());
  if (!view || view->info().deleted == 0) return uids;
  view->for_each(0, view->size(), [&](std::size_t, const store::Entry& entry) {
    if ((entry.flags & store::k_deleted) != 0) uids.push_back(entry.uid);
  });
  return uids;
}

// The store decides again which of them carry \Deleted when it removes them; those it did remove.
Task<Result<std::vector<store::Uid>>> expunge(Session& session, std::vector<store::Uid> uids) {
  if (uids.empty()) co_return uids;
  if (!session.may_here(Right::expunge)) co_return fail(Errc::no_permission, "may not expunge");
  const auto folder = session.selected->id();
  co_return co_await session.selected->account()->expunge(folder, std::move(uids));
}

// CLOSE tells nothing of what it removed. The mailbox's new HIGHESTMODSEQ says to a client that it
// knows everything up to there: that is so only when nothing else changed since it was told last,
// and everything removed carried \Deleted before its eyes.
std::string modseq_after_close(const Session& session, const std::vector<store::Uid>& removed) {
  const auto& known = *session.selected->view();
  const auto newest = session.selected->account()->view().open(session.selected->id());
  if (removed.empty() || !session.enabled.qresync || !newest) return {};
  const auto gone = newest->vanished_since(known.info().highest_modseq);
  if (!gone || *gone != removed || !session.selected->ghosts().empty() ||
      session.selected->told_modseq() != known.info().highest_modseq ||
      !newest->changed_since(known.info().highest_modseq).empty())
    return {};
  const auto was_told = [&](store::Uid uid) {
    const auto index = known.index_of(uid);
    return index && (known.at(*index).flags & store::k_deleted) != 0;
  };
  if (!std::ranges::all_of(removed, was_told)) return {};
  return "HIGHESTMODSEQ " + std::to_string(newest->info().highest_modseq);
}

Tagged expunged(const std::vector<store::Uid>& removed) {
  Tagged tagged;
  tagged.tells_modseq = !removed.empty();
  return tagged;
}

}  // namespace

// The EXPUNGE responses come from the dispatcher's sync.
Task<Result<Tagged>> cmd_expunge(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  if (auto refused = refuse_in_recoverable(session)) co_return *std::move(refused);
  KONTOR_CO_TRY(const auto removed, co_await expunge(session, deleted_uids(session)));
  co_return expunged(removed);
}

Task<Result<Tagged>> cmd_uid_expunge(Session& session, Request request) {
  const auto set = wire::parse_uid_expunge(request.arguments);
  if (!set) co_return bad_syntax(set.error());
  if (auto refused = refuse_in_recoverable(session)) co_return *std::move(refused);
  const auto numbers = session.resolve(*set, true);
  if (!numbers) co_return bad_syntax(numbers.error());
  const auto wanted = session.selected->uid_set(*numbers);
  auto uids = deleted_uids(session);
  std::erase_if(uids, [&](store::Uid uid) { return !wanted.contains(uid); });
  const auto limit = message_limit(session);
  store::Uid lowest = 0;  // RFC 9738, 3.1: the rest stays for another command
  if (limit != 0 && uids.size() > limit) {
    uids.erase(uids.begin(), uids.end() - static_cast<std::ptrdiff_t>(limit));
    lowest = uids.front();
  }
  KONTOR_CO_TRY(const auto removed, co_await expunge(session, std::move(uids)));
  auto tagged = expunged(removed);
  tell_limit(session, tagged, lowest);
  co_return tagged;
}

Task<Result<Tagged>> cmd_close(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  // RFC 9051, 6.4.1: no EXPUNGE responses; nothing is removed when opened by EXAMINE.
  std::string code;
  // RFC 4314, 4: without "e" it removes nothing and is no error.
  if (!session.selected->read_only() && !refuse_in_recoverable(session) &&
      session.may_here(Right::expunge)) {
    const auto removed = co_await expunge(session, deleted_uids(session));
    // Of a mailbox that another session has just deleted nothing is left to remove.
    if (!removed && removed.error().code() != Errc::not_found) co_return fail(removed.error());
    if (removed) code = modseq_after_close(session, *removed);
  }
  session.unselect();
  co_return Tagged(Status::ok, std::move(code), "");
}

Task<Result<Tagged>> cmd_unselect(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  session.unselect();
  co_return Tagged();
}

}  // namespace kontor::imap
