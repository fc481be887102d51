// SPDX-License-Identifier: GPL-3.0-or-later
// NOTIFY (RFC 5465, 3.1). What is told afterwards: server/imap/notices.hpp.
#include <algorithm>

#include "server/imap/folder_filter.hpp"
#include "server/imap/folder_list.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/notices.hpp"

namespace kontor::imap {
namespace {

// A name that is asked for, may be listed and may not be read.
Task<void> tell_no_access(Session& session, std::vector<std::string> names) {
  for (const auto& name : names) {
    const auto found = co_await find_mailbox(session, name);
    if (!found || session.may(*found->account, found->folder, Right::read)) continue;
    ListAttributes attributes;
    attributes.no_access = true;
    session.out.line(list_line(session, found->folder, attributes));
  }
}

Task<Result<void>> tell_status(Session& session) {
  for (const auto& folder : session.account->view().folders()) {
    if (is_selected(session, {session.account, folder, folder.name})) continue;
    const auto items = status_items_for(session, events_for(session, *session.account, folder));
    if (items != 0) session.out.line(status_line(session, *session.account, folder, items));
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  for (const auto& watched : session.notices->others)
    for (auto& folder : folders_as_shown(session, watched.told)) {
      if (is_selected(session, {watched.account, folder, folder.name})) continue;
      const auto items = status_items_for(session, events_for(session, *watched.account, folder));
      if (items != 0) session.out.line(status_line(session, *watched.account, folder, items));
      KONTOR_CO_TRY(co_await session.out.flush_if_large());
    }
  co_return Result<void>();
}

}  // namespace

Task<Result<Tagged>> cmd_notify(Session& session, Request request) {
  auto wanted = wire::parse_notify(request.arguments, session.enabled.utf8);
  if (!wanted) co_return bad_syntax(wanted.error());
  if (std::ranges::any_of(wanted->groups, [](const wire::EventGroup& group) {
        return (group.events & wire::event::unknown) != 0;
      }))
    co_return Tagged(Status::no, "BADEVENT (" + std::string(wire::k_event_names) + ")",
                     "an event that is not told here");
  // What has piled up is told by what was in force so far.
  KONTOR_CO_TRY(co_await tell_changes(session, SyncRules(), Moment::command_end));
  set_notices(session, std::move(wanted->groups));
  co_await watch_others(session);
  const auto groups = session.notices->groups;
  for (const auto& group : groups) co_await tell_no_access(session, group.where.names);
  if (wanted->status) {
    KONTOR_CO_TRY(co_await tell_status(session));
  }
  co_return Tagged();
}

}  // namespace kontor::imap
