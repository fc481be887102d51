// SPDX-License-Identifier: GPL-3.0-or-later
// STORE and UID STORE (RFC 9051, 6.4.6; conditional: RFC 7162, 3.1.3).
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/recoverable.hpp"
#include "server/imap/wire/arguments.hpp"

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

bool may_change(const Session& session, const wire::Store& arguments) {
  const auto& folder = session.selected->view()->info();
  const bool set = arguments.action == wire::StoreAction::set;
  const auto touches = [&](std::uint8_t bits) {
    return set || (arguments.flags.system & bits) != 0;
  };
  const std::uint8_t others = wire::k_flag_answered | wire::k_flag_flagged | wire::k_flag_draft;
  const bool keywords = !arguments.flags.keywords.empty();
  return (!touches(wire::k_flag_seen) || session.may(folder, Right::keep_seen)) &&
         (!touches(wire::k_flag_deleted) || session.may(folder, Right::delete_messages)) &&
         (!(touches(others) || keywords) || session.may(folder, Right::write_flags));
}

struct Told {
  bool silent = false;
  wire::NumberSet changed;   // UIDs
  wire::NumberSet conflict;  // UIDs
};

// The new flags of all messages named, or with .SILENT only the new MODSEQ of those that changed.
Task<Result<void>> tell(Session& session, const wire::NumberSet& numbers, const Told& told) {
  const auto newest = session.account->view().open(session.selected->id());
  if (!newest || (told.silent && !session.enabled.condstore)) co_return Result<void>();
  NumberCursor cursor;
  for (;;) {
    const auto some = session.selected->batch(numbers, cursor, k_batch);
    if (some.empty()) co_return Result<void>();
    for (const auto& message : some) {
      const auto index = newest->index_of(message.entry.uid);
      if (!index || told.conflict.contains(message.entry.uid)) continue;
      if (!told.silent)
        tell_flags(session, message.number, newest->at(*index));
      else if (told.changed.contains(message.entry.uid))
        tell_modseq(session, message.number, newest->at(*index));  // RFC 7162, 3.1.3
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
  const auto numbers = session.resolve(arguments->set, request.by_uid);
  if (!numbers) co_return bad_syntax(numbers.error());
  // RFC 7162, 3.1: UNCHANGEDSINCE enables CONDSTORE.
  if (arguments->unchanged_since) session.enabled.condstore = true;
  if (auto refused = refuse_in_recoverable(session)) co_return *std::move(refused);
  if (!may_change(session, *arguments)) co_return fail(Errc::no_permission, "may not set flags");
  if (numbers->empty()) co_return Tagged();
  Told told;
  told.silent = arguments->silent;
  const auto folder = session.selected->id();
  auto change = change_of(*std::move(arguments));
  auto uids = session.selected->uids(*numbers);
  KONTOR_CO_TRY(const auto done,
                co_await session.account->change_flags(folder, std::move(uids), std::move(change)));
  told.changed = wire::NumberSet::of(done.changed);
  told.conflict = wire::NumberSet::of(done.conflict);
  KONTOR_CO_TRY(co_await tell(session, *numbers, told));
  Tagged tagged(Status::ok, modified_code(session, done.conflict, request.by_uid), "");
  tagged.reported = done.modseq;
  // RFC 5530, 3: some of the messages are gone; a UID that is gone is no error (RFC 9051, 6.4.9).
  const auto gone = [&](const store::Entry& ghost) {
    const auto number = session.selected->number_of(ghost.uid);
    return number && numbers->contains(*number);
  };
  if (!request.by_uid && tagged.code.empty() &&
      std::ranges::any_of(session.selected->ghosts(), gone)) {
    tagged.status = Status::no;
    tagged.code = "EXPUNGEISSUED";
    tagged.text = "some of the messages are gone";
  }
  co_return tagged;
}

}  // namespace kontor::imap
