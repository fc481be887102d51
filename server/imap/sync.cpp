// SPDX-License-Identifier: GPL-3.0-or-later
// What changed in the selected mailbox, told to the client where the protocol allows it
// (RFC 9051, 5.2 and 7.5.1; RFC 3501, 7.4.1).
#include <algorithm>

#include "base/core/text.hpp"
#include "server/imap/fetch_columns.hpp"
#include "server/imap/fetch_messages.hpp"
#include "server/imap/flags.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/search_context.hpp"
#include "server/imap/session.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_vanished_ranges = 1'000;  // of one VANISHED response

// Tells FLAGS when a set holds a keyword the client has not read there (RFC 9051, 7.3.5).
void learn_keywords(Session& session, const store::AccountView& view, store::KeywordSetId set) {
  auto& told = session.told_keywords;
  if (set == 0 || std::ranges::find(told, set) != told.end()) return;
  told.push_back(set);
  bool is_new = false;
  for (const auto& keyword : view.keywords(set)) {
    const auto at = std::ranges::lower_bound(session.told_flags, keyword);
    if (at != session.told_flags.end() && *at == keyword) continue;
    session.told_flags.insert(at, keyword);
    is_new = true;
  }
  if (is_new) session.out.line("* FLAGS (", flags_in_use(session.told_flags), ")");
}

// Up to where the next item's name stands.
void fetch_head(const Session& session, std::string& out, std::uint32_t number, store::Uid uid) {
  append_fetch_head(out, number, uid, session.enabled.uid_only);
  if (!session.enabled.uid_only) out.append("UID ").append(std::to_string(uid)).append(" ");
}

void tell_flags_of(Session& session,
                   const store::AccountView& view,
                   std::uint32_t number,
                   const store::Entry& entry) {
  learn_keywords(session, view, entry.keywords);
  std::string& out = session.out.buffer();
  fetch_head(session, out, number, entry.uid);
  out.append("FLAGS ");
  append_flags(out, view, entry);
  if (session.enabled.condstore)
    out.append(" MODSEQ (").append(std::to_string(entry.modseq)).append(")");
  out.append(")\r\n");
}

// The newest view of the selected mailbox; nothing when it is not the same mailbox any more.
std::shared_ptr<const store::FolderView> newest(const Session& session,
                                                const store::AccountView& view) {
  const auto& known = session.selected->view()->info();
  auto folder = view.open(known.id);
  if (!folder || folder->info().uid_validity != known.uid_validity) return nullptr;
  return folder;
}

Task<Result<void>> tell_expunges(Session& session) {
  if (session.enabled.qresync || session.enabled.uid_only)  // RFC 7162, 3.2.10.2; RFC 9586, 3.5
    co_return co_await tell_vanished(session, session.selected->take_vanished(), false);
  for (const auto number : session.selected->take_expunges()) {
    session.out.line("* ", std::to_string(number), " EXPUNGE");
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Result<void>();
}

// RFC 5465, 5.2: the items of new messages the client has asked for; not of those it made itself.
Task<Result<void>> tell_new(Session& session,
                            wire::Fetch what,
                            store::Uid first_new,
                            store::ModSeq own) {
  const auto view = session.selected->view();
  std::vector<store::Uid> uids;
  view->for_each(view->lower_bound(first_new), view->size(),
                 [&](std::size_t, const store::Entry& entry) {
                   if (own == 0 || entry.modseq != own) uids.push_back(entry.uid);
                 });
  if (uids.size() > k_most_notices) {
    tell_overflow(session);
    co_return Result<void>();
  }
  wire::NumberSet numbers;
  for (const auto uid : uids)
    if (const auto number = session.selected->number_of(uid)) numbers.add(*number);
  if (numbers.empty()) co_return Result<void>();
  co_return co_await imap::tell_messages(session, std::move(what), std::move(numbers));
}

}  // namespace

void tell_flags(Session& session, std::uint32_t number, const store::Entry& entry) {
  tell_flags_of(session, session.selected->account()->view(), number, entry);
}

void tell_modseq(Session& session, std::uint32_t number, const store::Entry& entry) {
  std::string& out = session.out.buffer();
  fetch_head(session, out, number, entry.uid);
  out.append("MODSEQ (").append(std::to_string(entry.modseq)).append("))\r\n");
}

Task<Result<void>> tell_vanished(Session& session, wire::NumberSet uids, bool earlier) {
  const auto& ranges = uids.ranges();
  for (std::size_t i = 0; i < ranges.size(); i += k_vanished_ranges) {
    const auto count = std::min(k_vanished_ranges, ranges.size() - i);
    const auto begin = ranges.begin() + static_cast<std::ptrdiff_t>(i);
    const std::vector<wire::NumberRange> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    session.out.line("* VANISHED ", earlier ? "(EARLIER) " : "", wire::NumberSet(some).text());
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Result<void>();
}

Task<Result<void>> sync(Session& session, SyncRules rules) {
  if (!session.selected) co_return Result<void>();
  const store::AccountView view = session.selected->account()->view();
  auto newer = newest(session, view);
  if (!newer) {
    session.out.line("* BYE ", session.say("The selected mailbox was deleted"));
    session.state = State::logout;
    co_return fail(Errc::closed, "the selected mailbox was deleted");
  }
  const auto events = selected_events(session);
  const auto known = session.selected->view()->info().highest_modseq;
  const auto reported = rules.reported.in(*session.selected->account());
  const auto first_new = session.selected->view()->info().uid_next;
  const auto changed = session.selected->advance(std::move(newer));
  if (rules.expunges) {
    tell_context_expunges(session);
    KONTOR_CO_TRY(co_await tell_expunges(session));
  }
  if (session.selected->take_exists())
    session.out.line("* ", std::to_string(session.selected->count()), " EXISTS");
  if (events.fetch != nullptr) {
    KONTOR_CO_TRY(co_await tell_new(session, *events.fetch, first_new, reported));
  }
  const bool tells_flags = (events.events & wire::event::flag_change) != 0;
  for (const auto& entry : changed) {
    if (reported != 0 && entry.modseq == reported) continue;
    if (!tells_flags) {
      session.selected->leave_untold(known);
      break;
    }
    const auto number = session.selected->number_of(entry.uid);
    if (number) tell_flags_of(session, view, *number, entry);
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  if (session.contexts.empty()) co_return Result<void>();
  co_return co_await tell_context_changes(session, changed);
}

}  // namespace kontor::imap
