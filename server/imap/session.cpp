// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/session.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/keys.hpp"
#include "server/imap/namespaces.hpp"
#include "server/imap/wire/lexer.hpp"
#include "server/imap/wire/mailbox_name.hpp"

namespace kontor::imap {
namespace {

constexpr net::Limit k_write_limit{60'000};  // a client that takes nothing for so long is gone

}  // namespace

Session::Session(const Environment& environment, std::unique_ptr<net::Stream> connection)
    : env(environment),
      stream(std::move(connection)),
      reader(*stream),
      out(*stream, k_write_limit),
      end(std::make_shared<EndRequest>()),
      log(environment.log) {}

bool Session::may(const store::Account& in, const store::FolderInfo& folder, Right right) const {
  return store::has_right(rights(in, folder), right);
}

bool Session::may_here(Right right) const {
  return may(*selected->account(), selected->view()->info(), right);
}

store::RightBits Session::rights(const store::Account& in, const store::FolderInfo& folder) const {
  if (!identity) return 0;
  const auto view = in.view();
  const auto owner = view.binding();
  const Access access{owner, folder, view.access(folder.id)};
  return rights_of(*identity, env.directory, access);
}

Result<store::FolderInfo> Session::find_folder(const std::string& name) const {
  const auto view = account->view();
  auto folder = view.find_folder(name);
  if (!folder && account->policy().undelete_days != 0) folder = view.find_recoverable(name);
  if (!folder || !may(*account, *folder, Right::lookup))
    return fail(Errc::not_found, "no such mailbox");
  return *std::move(folder);
}

std::string Session::wire_name(std::string_view name) const {
  return wire_text(enabled.utf8 ? std::string(name) : wire::encode_modified_utf7(name));
}

std::string selected_name(const Session& session) {
  const auto& here = *session.selected;
  return shown_name(session, here.account()->view().binding(), here.view()->info().name);
}

std::string wire_text(const std::string& text) {
  if (!text.empty() && !iequals(text, "NIL") && std::ranges::all_of(text, wire::is_atom_char))
    return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + '"';
}

Result<wire::NumberSet> Session::resolve(const wire::SequenceSet& set, bool by_uid) const {
  return selected->resolve(set, by_uid, saved_result);
}

void Session::unselect() {
  selected.reset();
  saved_result = {};
  contexts.clear();
  told_keywords.clear();
  told_flags.clear();
  if (state == State::selected) state = State::authenticated;
  show_state();
}

void Session::sign_out() {
  unselect();
  notices.reset();
  account.reset();
  identity.reset();
  enabled = {};
  language = Language::i_default;
  state = State::not_authenticated;
  row->clear_identity();
  log_as_connection();
}

void Session::log_as_connection() {
  log = env.log.with({{log::Keys::session, row->id()}, {log::Keys::peer, stream->peer().text()}});
}

void Session::speak_through(std::unique_ptr<net::Stream> other) {
  stream = std::move(other);
  reader = net::LineReader(*stream);
  out.use(*stream);
}

void Session::show_state(std::string_view what) {
  std::string text(what.empty() ? (selected ? "selected" : "authenticated") : what);
  if (selected) text += " " + selected_name(*this);
  row->set_state(std::move(text));
}

}  // namespace kontor::imap
