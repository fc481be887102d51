// SPDX-License-Identifier: GPL-3.0-or-later
// SELECT and EXAMINE (RFC 9051, 6.3.2 and 6.3.3; RFC 3501, 6.3.1; CONDSTORE and QRESYNC, RFC 7162
// 3.1.8 and 3.2.5).
// Everything told comes from the folder's counters: no row is read, however many there are, except
// for IMAP4rev1's UNSEEN, which looks for the first one only while there is one.
#include <algorithm>

#include "server/imap/flags.hpp"
#include "server/imap/folder_list.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/resync.hpp"
#include "server/imap/wire/select_args.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_unseen_block = 1'024;

std::optional<std::size_t> first_unseen(const store::FolderView& view) {
  if (view.info().unseen == 0) return std::nullopt;
  std::optional<std::size_t> found;
  for (std::size_t begin = 0; begin < view.size() && !found; begin += k_unseen_block)
    view.for_each(begin, std::min(begin + k_unseen_block, view.size()),
                  [&](std::size_t index, const store::Entry& entry) {
                    if (!found && (entry.flags & store::k_seen) == 0) found = index;
                  });
  return found;
}

// RFC 4314, 4: those that the person may change. RFC 9051, 7.1: "\*" says that new keywords may be
// made.
std::string permanent_flags(const Session& session) {
  const auto& here = *session.selected;
  const auto rights = session.rights(*here.account(), here.view()->info());
  const bool keywords = store::has_right(rights, Right::write_flags);
  const std::vector<std::string> none;
  auto flags = flags_in_use(keywords ? session.told_flags : none, flags_for(rights));
  if (keywords) flags += " \\*";
  return flags;
}

void tell_flags_of_folder(Session& session, const store::FolderInfo& info, bool read_only) {
  if (info.recoverable != store::Recoverable::no) read_only = true;
  session.told_flags = session.selected->account()->view().known_keywords(info.id);
  std::ranges::sort(session.told_flags);
  session.out.line("* FLAGS (", flags_in_use(session.told_flags), ")");
  session.out.line("* OK [PERMANENTFLAGS (", read_only ? "" : permanent_flags(session), ")] ",
                   session.say("Permanent flags"));
}

void tell_folder(Session& session, bool read_only) {
  const auto& view = *session.selected->view();
  const auto& info = view.info();
  auto& out = session.out;
  tell_flags_of_folder(session, info, read_only);
  out.line("* ", std::to_string(view.size()), " EXISTS");
  if (!session.enabled.rev2) {
    out.line("* 0 RECENT");  // RFC 3501, 7.3.2; nothing is ever recent (RFC 9051 dropped it)
    // RFC 9586, 3.4: no message number, so no UNSEEN
    if (const auto unseen = session.enabled.uid_only ? std::nullopt : first_unseen(view))
      out.line("* OK [UNSEEN ", std::to_string(*unseen + 1), "] ", session.say("First unseen"));
  }
  out.line("* OK [UIDVALIDITY ", std::to_string(info.uid_validity), "] ",
           session.say("UIDs valid"));
  out.line("* OK [UIDNEXT ", std::to_string(info.uid_next), "] ",
           session.say("Predicted next UID"));
  out.line("* OK [HIGHESTMODSEQ ", std::to_string(std::max<store::ModSeq>(info.highest_modseq, 1)),
           "] ", session.say("Highest"));
  out.line("* OK [MAILBOXID (", info.guid.hex(), ")] ", session.say("Id"));  // RFC 8474, 4.2
  // RFC 9051, 6.3.2: an untagged LIST response, once IMAP4rev2 is enabled.
  if (session.enabled.rev2) {
    auto named = info;
    named.name = selected_name(session);
    out.line(list_line(session, named, ListAttributes()));
  }
}

// RFC 7162, 3.2.5.1: what has left and what has changed since the client looked, of what it knew.
Task<Result<void>> tell_resync(Session& session, wire::Resync known) {
  const auto view = session.selected->view();
  if (known.uid_validity != view->info().uid_validity) co_return Result<void>();
  std::optional<wire::NumberSet> among;
  if (known.known_uids) among = wire::resolve_star(*known.known_uids, 0);
  const auto matched = known.match ? matched_until(*view, *known.match) : 0;
  const Missing missing{known.modseq, among ? &*among : nullptr, matched};
  KONTOR_CO_TRY(co_await tell_vanished(session, vanished_uids(*view, missing), true));
  for (const auto& entry : view->changed_since(known.modseq)) {
    if (among && !among->contains(entry.uid)) continue;
    const auto number = session.selected->number_of(entry.uid);
    if (number) tell_flags(session, *number, entry);
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Result<void>();
}

// Whatever was selected is not any more, even when the new one cannot be (RFC 9051, 6.3.2).
void close_previous(Session& session) {
  if (!session.selected) return;
  session.unselect();
  session.out.line("* OK [CLOSED] ", session.say("Previous mailbox is closed"));
}

Task<Result<Tagged>> select(Session& session, Request request, bool read_only) {
  auto arguments = wire::parse_select(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  // RFC 7162, 3.2.5: the parameter is for those who have enabled it.
  if (arguments->resync && !session.enabled.qresync)
    co_return Tagged(Status::bad, "", "ENABLE QRESYNC first");
  if (arguments->resync && arguments->resync->match && session.enabled.uid_only)
    co_return Tagged(Status::bad, "UIDREQUIRED", "message numbers are not used any more");
  close_previous(session);
  KONTOR_CO_TRY(auto found, co_await find_mailbox(session, std::move(arguments->mailbox)));
  const auto& folder = found.folder;
  const auto rights = session.rights(*found.account, folder);
  if (!store::has_right(rights, Right::read)) co_return fail(Errc::not_found, "may not read it");
  auto view = found.account->view().open(folder.id);
  if (!view) co_return fail(Errc::not_found, "deleted meanwhile");
  if (arguments->condstore) session.enabled.condstore = true;
  // What was deleted can be moved out, and no flag be changed: READ-WRITE without permanent flags.
  const bool recoverable = folder.recoverable != store::Recoverable::no;
  // RFC 4314, 4: nothing in it may be changed.
  if (!recoverable && (rights & *store::rights_of("swtei")) == 0) read_only = true;
  session.selected.emplace(std::move(found.account), std::move(view), read_only);
  session.state = State::selected;
  session.show_state();
  tell_folder(session, read_only);
  if (arguments->resync) {
    KONTOR_CO_TRY(co_await tell_resync(session, *std::move(arguments->resync)));
  }
  co_return Tagged(Status::ok, read_only ? "READ-ONLY" : "READ-WRITE", "");
}

}  // namespace

Task<Result<Tagged>> cmd_select(Session& session, Request request) {
  return select(session, std::move(request), false);
}

Task<Result<Tagged>> cmd_examine(Session& session, Request request) {
  return select(session, std::move(request), true);
}

}  // namespace kontor::imap
