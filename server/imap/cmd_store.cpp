// SPDX-License-Identifier: GPL-3.0-or-later
// STORE and UID STORE (RFC 9051, 6.4.6; conditional: RFC 7162, 3.1.3).
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/recoverable.hpp"
#include "server/imap/wire/arguments.hpp"
#include "store/mailbox/keyword_table.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_batch = 1'024;

store::FlagChange change_of(wire::Store arguments) {
  store::FlagChange change;
  switch (arguments.action) {
    case wire::StoreAction::set:
      change.action = store::FlagAction::set;
      break;
    case wire::StoreAction::add:
      change.action = store::FlagAction::add;
      break;
    case wire::StoreAction::remove:
      change.action = store::FlagAction::remove;
      break;
  }
  change.flags = arguments.flags.system;
  change.keywords = std::move(arguments.flags.keywords);
  change.unchanged_since = arguments.unchanged_since;
  return change;
}

// RFC 4314, 4: what the person may not change is left as it is, and the command fails only when he
// may change nothing of it. FLAGS names all flags, so it takes all rights.
bool keep_to_rights(const Session& session, wire::Store& arguments) {
  const auto& here = *session.selected;
  const auto rights = session.rights(*here.account(), here.view()->info());
  constexpr store::FlagBits k_all =
      store::k_seen | store::k_answered | store::k_flagged | store::k_deleted | store::k_draft;
  const auto allowed = flags_for(rights);
  if (arguments.action == wire::StoreAction::set) return allowed == k_all;
  auto& flags = arguments.flags;
  const bool wanted = flags.system != 0 || !flags.keywords.empty();
  flags.system &= allowed;
  if (!store::has_right(rights, Right::write_flags)) flags.keywords.clear();
  return !wanted || flags.system != 0 || !flags.keywords.empty();
}

struct Told {
  bool silent = false;
  store::FlagChange change;
  wire::NumberSet changed;   // UIDs
  wire::NumberSet conflict;  // UIDs
};

// Has the message just the flags that the change made of those the client knew? Else somebody else
// changed them too, and the client cannot know what they are now.
bool is_as_expected(const store::AccountView& view,
                    const store::Entry& known,
                    const store::Entry& now,
                    const store::FlagChange& change) {
  return now.flags == store::changed_flags(known.flags, change.action, change.flags) &&
         store::changed_keywords(view.keywords(now.keywords), store::FlagAction::add, {}) ==
             store::changed_keywords(view.keywords(known.keywords), change.action, change.keywords);
}

// The new flags of all messages named; with .SILENT only the new MODSEQ of those that changed, but
// the flags where another's change came between (RFC 9051, 6.4.6: without a race).
Task<Result<void>> tell(Session& session, const wire::NumberSet& numbers, const Told& told) {
  const auto view = session.selected->account()->view();
  const auto newest = view.open(session.selected->id());
  if (!newest) co_return Result<void>();
  NumberCursor cursor;
  for (;;) {
    const auto some = session.selected->batch(numbers, cursor, k_batch);
    if (some.empty()) co_return Result<void>();
    for (const auto& message : some) {
      const auto index = newest->index_of(message.entry.uid);
      if (!index || told.conflict.contains(message.entry.uid)) continue;
      const auto& now = newest->at(*index);
      if (told.silent && !told.changed.contains(message.entry.uid)) continue;
      if (!told.silent || !is_as_expected(view, message.entry, now, told.change))
        tell_flags(session, message.number, now);
      else if (session.enabled.condstore)
        tell_modseq(session, message.number, now);  // RFC 7162, 3.1.3
    }
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
}

// RFC 7162, 3.1.3: the messages left alone, as the command named them.
std::string modified_code(const Session& session,
                          const std::vector<store::Uid>& conflict,
                          bool by_uid) {
  if (conflict.empty()) return {};
  wire::NumberSet set;
  for (const auto uid : conflict) {
    const auto number = session.selected->number_of(uid);
    if (by_uid)
      set.add(uid);
    else if (number)
      set.add(*number);
  }
  return "MODIFIED " + set.text();
}

}  // namespace

Task<Result<Tagged>> cmd_store(Session& session, Request request) {
  auto arguments = wire::parse_store(request.arguments);
  if (!arguments) co_return bad_syntax(arguments.error());
  auto named = session.resolve(arguments->set, request.by_uid);
  if (!named) co_return bad_syntax(named.error());
  const auto [numbers, lowest] = limit_messages(session, *std::move(named));
  // RFC 7162, 3.1: UNCHANGEDSINCE enables CONDSTORE.
  if (arguments->unchanged_since) session.enabled.condstore = true;
  if (auto refused = refuse_in_recoverable(session)) co_return *std::move(refused);
  if (!keep_to_rights(session, *arguments))
    co_return fail(Errc::no_permission, "may not set flags");
  if (numbers.empty()) co_return Tagged();
  Told told;
  told.silent = arguments->silent;
  const auto folder = session.selected->id();
  told.change = change_of(*std::move(arguments));
  auto change = told.change;
  auto uids = session.selected->uids(numbers);
  KONTOR_CO_TRY(const auto done, co_await session.selected->account()->change_flags(
                                     folder, std::move(uids), std::move(change)));
  told.changed = wire::NumberSet::of(done.changed);
  told.conflict = wire::NumberSet::of(done.conflict);
  KONTOR_CO_TRY(co_await tell(session, numbers, told));
  Tagged tagged(Status::ok, modified_code(session, done.conflict, request.by_uid), "");
  tagged.report(*session.selected->account(), done.modseq);
  // RFC 5530, 3: some of the messages are gone; a UID that is gone is no error (RFC 9051, 6.4.9).
  const auto gone = [&](const store::Entry& ghost) {
    const auto number = session.selected->number_of(ghost.uid);
    return number && numbers.contains(*number);
  };
  if (!request.by_uid && tagged.code.empty() &&
      std::ranges::any_of(session.selected->ghosts(), gone)) {
    tagged.status = Status::no;
    tagged.code = "EXPUNGEISSUED";
    tagged.text = "some of the messages are gone";
  }
  tell_limit(session, tagged, lowest);
  co_return tagged;
}

}  // namespace kontor::imap
