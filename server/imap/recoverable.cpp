// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/recoverable.hpp"

#include "store/mailbox/names.hpp"

namespace kontor::imap {
namespace {

Tagged only_out() {
  return {Status::no, "NOPERM", "what was deleted can only be read, or moved or copied out"};
}

}  // namespace

std::optional<Tagged> refuse_in_recoverable(std::string_view name) {
  if (!store::is_recoverable_name(name)) return std::nullopt;
  return only_out();
}

std::optional<Tagged> refuse_in_recoverable(const Session& session) {
  if (session.selected->view()->info().recoverable == store::Recoverable::no) return std::nullopt;
  return only_out();
}

Task<Result<Tagged>> bring_back(Session& session, store::FolderInfo folder, std::string to) {
  if (folder.recoverable == store::Recoverable::messages)
    co_return Tagged(Status::no, "CANNOT", "move the messages out of it instead");
  const auto done = co_await session.account->restore_folder(folder.id, std::move(to));
  if (!done && done.error().code() == Errc::bad_input)
    co_return Tagged(Status::no, "CANNOT", "not a name a mailbox can have");
  if (!done) co_return refusal(done.error());
  if (session.selected && session.selected->account() == session.account &&
      session.selected->id() == folder.id) {
    session.unselect();
    session.out.line("* OK [CLOSED] ",
                     session.say("The selected mailbox was brought back under another name"));
  }
  co_return Tagged();
}

}  // namespace kontor::imap
