// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/sign_in.hpp"

#include "base/log/events/imap.hpp"
#include "base/log/keys.hpp"
#include "server/imap/capability.hpp"
#include "server/trace/sign_in.hpp"

namespace kontor::imap {

using log::Keys;

directory::SignInContext sign_in_context(const Session& session) {
  return trace::sign_in_context("imap", *session.stream, session.row->id());
}

Task<Result<Tagged>> become(Session& session, directory::Identity identity) {
  const auto principal = session.env.directory.current()->find(identity.id);
  if (!principal || !principal->has_mailbox())
    co_return sign_in_refused(session, Error(Errc::no_permission, "has no mailbox"),
                              identity.login);
  store::Binding owner{identity.id.source, identity.id.guid};
  auto account = co_await session.env.store.open_for(std::move(owner));
  if (!account) co_return sign_in_refused(session, account.error(), identity.login);
  if (auto counted = session.row->set_identity(identity); !counted)
    co_return sign_in_refused(session, counted.error(), identity.login);
  session.log = session.log.with({{Keys::user, identity.login}});
  session.account = *std::move(account);
  session.identity = std::move(identity);
  session.state = State::authenticated;
  session.show_state();
  session.log.emit(log::events::k_imap_login_done);
  co_return Tagged(Status::ok, "CAPABILITY " + capability_text(session), "signed in");
}

Tagged sign_in_refused(Session& session, const Error& error, std::string_view user) {
  session.log.emit(log::events::k_imap_login_refused, error, {{Keys::user, user}});
  if (error.code() == Errc::auth_failed) ++session.bad_commands;  // guessing ends with BYE
  const auto& answer = trace::sign_in_answer(error.code());
  // Whatever failed, the command was understood: NO, never BAD.
  return {Status::no, std::string(answer.imap_code), std::string(answer.text)};
}

}  // namespace kontor::imap
