// SPDX-License-Identifier: GPL-3.0-or-later
// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051, 6.3.4 to 6.3.8; RFC 6154, 3).
#include "server/imap/flags.hpp"
#include "server/imap/folder_filter.hpp"
#include "server/imap/folder_place.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/namespaces.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/recoverable.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

// RFC 9051, 6.3.4: a trailing separator only says that names below will follow.
std::string without_separator(std::string name) {
  if (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

// A name the store does not take: the syntax was right, the name cannot be (RFC 5530, CANNOT).
Tagged name_refusal(const Error& error) {
  if (error.code() != Errc::bad_input) return refusal(error);
  return {Status::no, "CANNOT", "not a name a mailbox can have"};
}

// The special use asked for. nothing: not one that can be given (RFC 6154, 3: USEATTR).
std::optional<store::SpecialUse> use_for(const store::AccountView& view,
                                         const std::vector<std::string>& names) {
  if (names.empty()) return store::SpecialUse::none;
  const auto use = special_use_of(names.front());
  if (names.size() > 1 || use == store::SpecialUse::none) return std::nullopt;
  // \All and \Flagged are views of other mailboxes; there are none here.
  if (use == store::SpecialUse::all || use == store::SpecialUse::flagged) return std::nullopt;
  if (view.find_special(use)) return std::nullopt;
  return use;
}

}  // namespace

Task<Result<Tagged>> cmd_create(Session& session, Request request) {
  auto arguments = wire::parse_create(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  auto name = without_separator(std::move(arguments->mailbox));
  if (auto refused = refuse_in_recoverable(name)) co_return *std::move(refused);
  const auto place = co_await find_place_for(session, name);
  if (!place) co_return place.error();
  const auto use = use_for(place->account->view(), arguments->uses);
  if (!use) co_return Tagged(Status::no, "USEATTR", "the special use cannot be given");
  store::FolderOptions options;
  options.special_use = *use;
  note_own(session, wire::event::mailbox_name, name);
  auto levels = levels_to_make(*place);
  const auto made = co_await place->account->create_folder(place->name, options);
  if (!made) co_return name_refusal(made.error());
  KONTOR_CO_TRY(co_await give_lists(*place, std::move(levels)));
  const auto info = place->account->view().folder(*made);
  if (!info) co_return Tagged();
  co_return Tagged(Status::ok, "MAILBOXID (" + info->guid.hex() + ")", "");  // RFC 8474, 4.1
}

Task<Result<Tagged>> cmd_delete(Session& session, Request request) {
  auto name = wire::parse_mailbox(request.arguments, session.enabled.utf8);
  if (!name) co_return bad_syntax(name.error());
  KONTOR_CO_TRY(const auto found, co_await find_mailbox(session, *name));
  if (found.folder.recoverable != store::Recoverable::no) co_return *refuse_in_recoverable(*name);
  if (!session.may(*found.account, found.folder, Right::delete_folder))
    co_return Tagged(Status::no, "CANNOT", "this mailbox cannot be deleted");
  note_own(session, wire::event::mailbox_name, *name, false);
  auto deleted = co_await found.account->delete_folder(found.local);
  // RFC 9051, 6.3.5: those below would be left without it.
  if (!deleted && deleted.error().code() == Errc::conflict)
    co_return Tagged(Status::no, "HASCHILDREN", "delete the mailboxes below it first");
  if (!deleted) co_return refusal(deleted.error());
  if (is_selected(session, found)) {
    session.unselect();
    session.out.line("* OK [CLOSED] ", session.say("The selected mailbox was deleted"));
  }
  co_return Tagged();
}

Task<Result<Tagged>> cmd_rename(Session& session, Request request) {
  auto names = wire::parse_rename(request.arguments, session.enabled.utf8);
  if (!names) co_return bad_syntax(names.error());
  KONTOR_CO_TRY(const auto found, co_await find_mailbox(session, names->from));
  const auto& folder = found.folder;
  if (auto refused = refuse_in_recoverable(names->to)) co_return *std::move(refused);
  auto to = without_separator(std::move(names->to));
  const auto place = co_await find_place_for(session, to);
  if (!place) co_return place.error();
  if (place->account->id() != found.account->id())
    co_return Tagged(Status::no, "CANNOT", "copy its messages to another account instead");
  if (folder.recoverable != store::Recoverable::no)
    co_return co_await bring_back(session, folder, std::move(to));
  // RFC 9051, 6.3.6: one's own INBOX may be renamed; it stays, its messages move.
  const bool is_own_inbox = place->own && folder.id == store::k_inbox;
  if (!is_own_inbox && !session.may(*found.account, folder, Right::delete_folder))
    co_return fail(Errc::no_permission, "may not rename");
  note_own(session, wire::event::mailbox_name, std::move(to));
  auto levels = levels_to_make(*place);
  std::erase(levels, place->name);  // it keeps its own list
  auto renamed = co_await found.account->rename_folder(found.local, place->name);
  if (!renamed) co_return name_refusal(renamed.error());
  KONTOR_CO_TRY(co_await give_lists(*place, std::move(levels)));
  co_return Tagged();
}

Task<Result<Tagged>> cmd_subscribe(Session& session, Request request) {
  auto name = wire::parse_mailbox(request.arguments, session.enabled.utf8);
  if (!name) co_return bad_syntax(name.error());
  // RFC 9051, 6.3.7: the server may verify that it exists; a list of wrong names helps nobody.
  KONTOR_CO_TRY(auto found, co_await find_mailbox(session, *name));
  auto& folder = found.folder;
  if (folder.recoverable != store::Recoverable::no) co_return *refuse_in_recoverable(*name);
  note_own(session, wire::event::subscription_change, folder.name);
  if (found.account != session.account) {
    KONTOR_CO_TRY(co_await subscribe_to_foreign(session, std::move(folder.name), true));
    co_return Tagged();
  }
  KONTOR_CO_TRY(co_await session.account->subscribe(std::move(folder.name), true));
  co_return Tagged();
}

Task<Result<Tagged>> cmd_unsubscribe(Session& session, Request request) {
  auto name = wire::parse_mailbox(request.arguments, session.enabled.utf8);
  if (!name) co_return bad_syntax(name.error());
  note_own(session, wire::event::subscription_change, *name, false);
  if (is_foreign(*name) && !session.account->view().find_folder(*name)) {
    KONTOR_CO_TRY(co_await subscribe_to_foreign(session, *std::move(name), false));
    co_return Tagged();
  }
  KONTOR_CO_TRY(co_await session.account->subscribe(*std::move(name), false));
  co_return Tagged();
}

}  // namespace kontor::imap
