// SPDX-License-Identifier: GPL-3.0-or-later
// Session: everything a command works on. One connection's coroutine owns it; no other thread
// touches it, except through its wake signal.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/net/deflate_stream.hpp"
#include "base/net/line_reader.hpp"
#include "base/net/signal.hpp"
#include "server/imap/response.hpp"
#include "server/imap/selected.hpp"
#include "server/imap/server.hpp"
#include "server/imap/texts.hpp"
#include "server/sharing/rights.hpp"

namespace kontor::imap {

using sharing::Access;
using sharing::flags_for;
using sharing::rights_of;
using sharing::rights_text;
using store::Right;

// States of RFC 9051, 3, as bits of a command row.
enum class State : unsigned char {
  not_authenticated = 1,
  authenticated = 2,
  selected = 4,
  logout = 8,
};

// What ENABLE and enabling commands switched on (RFC 5161, RFC 7162 3.1).
struct Enabled {
  bool condstore = false;
  bool qresync = false;      // VANISHED instead of EXPUNGE; condstore is on too
  bool rev2 = false;         // IMAP4rev2: no RECENT, ESEARCH answers; utf8 is on too
  bool utf8 = false;         // names go as UTF-8 (IMAP4rev2 or UTF8=ACCEPT)
  bool utf8_accept = false;  // UTF8=ACCEPT itself (RFC 6855)
  bool uid_only = false;     // UIDONLY (RFC 9586): no message numbers in either direction
  bool metadata = false;     // changed annotations are told (RFC 5464, 4.4)
};

// Why the server ends a session; set from any thread (trace::Session::on_end), read by the
// coroutine. Shared because the caller of on_end may come late.
struct EndRequest {
  net::Signal wake;  // also raised by the account's watch during IDLE
  Guarded<std::optional<std::string>> reason;
};

class SearchContext;  // server/imap/search_context.hpp
struct Notices;       // server/imap/notices.hpp

struct Session {
  Session(const Environment& environment, std::unique_ptr<net::Stream> connection);

  const Environment& env;
  std::unique_ptr<net::Stream> stream;
  net::DeflateStream* deflated = nullptr;  // the stream itself, once COMPRESS was given
  net::LineReader reader;
  Response out;
  std::shared_ptr<EndRequest> end;
  std::unique_ptr<trace::Session> row;  // in the table of connections
  log::Context log;

  State state = State::not_authenticated;
  std::optional<directory::Identity> identity;  // from sign-in on
  std::shared_ptr<store::Account> account;      // his own, from sign-in on
  std::optional<SelectedFolder> selected;       // in state selected
  wire::NumberSet saved_result;                 // UIDs that `$` stands for (RFC 5182)
  // Searches kept up to date, of the selected mailbox; shared only because the type is not known
  // here.
  std::vector<std::shared_ptr<SearchContext>> contexts;
  std::vector<store::KeywordSetId> told_keywords;  // sets whose keywords FLAGS has named
  std::vector<std::string> told_flags;             // keywords that FLAGS has named, sorted
  Enabled enabled;
  Language language = Language::i_default;  // of texts (RFC 5255)
  std::shared_ptr<Notices> notices;         // once something is to be told unasked (notices.hpp)
  unsigned bad_commands = 0;
  std::string command;  // being run, for the log

  // What the person may do with a folder of an account, by the list that it has now.
  bool may(const store::Account& in, const store::FolderInfo& folder, Right right) const;
  store::RightBits rights(const store::Account& in, const store::FolderInfo& folder) const;
  // The same of the selected mailbox.
  bool may_here(Right right) const;
  // A folder of his own account by its name: not_found also when the client may not know of it.
  // Those of others too: server/imap/mailbox.hpp.
  Result<store::FolderInfo> find_folder(const std::string& name) const;
  // The name as the client is to read it: an atom or quoted string, in its charset.
  std::string wire_name(std::string_view name) const;
  // A sentence in the language of the session.
  std::string say(std::string_view english) const { return in_language(language, english); }
  // The messages of `set` in the selected mailbox. bad_input: a number that does not exist.
  Result<wire::NumberSet> resolve(const wire::SequenceSet& set, bool by_uid) const;
  void unselect();
  // Nobody's again (RFC 8437): everything that belongs to a person or was enabled is forgotten.
  void sign_out();
  // The same connection, read and written through another stream from now on.
  void speak_through(std::unique_ptr<net::Stream> other);
  // Shows in the table of connections what it does: "idle INBOX"; empty: the state alone.
  void show_state(std::string_view what = {});
  // Log lines from now on name the connection, and nobody.
  void log_as_connection();
};

// The selected mailbox as the person knows it.
std::string selected_name(const Session& session);

// An atom, or a quoted string: of text without control characters.
std::string wire_text(const std::string& text);

// A commit whose changes a command has told itself.
struct Reported {
  store::AccountId account;
  store::ModSeq modseq = 0;  // 0: none
  store::ModSeq in(const store::Account& which) const { return which.id() == account ? modseq : 0; }
};

// What sync() may tell, and what it need not.
struct SyncRules {
  bool expunges = true;  // RFC 9051, 7.5.1: not while FETCH, STORE or SEARCH runs
  Reported reported;
};

// Takes the newest view of the selected mailbox and tells the client what it does not know yet, in
// the order EXPUNGE or VANISHED, EXISTS, FLAGS, FETCH. Nothing when no mailbox is selected. closed:
// the mailbox is gone; the client has been told BYE, end the connection.
Task<Result<void>> sync(Session& session, SyncRules rules);

// UIDs that are gone, in as many VANISHED responses as their number asks for (RFC 7162, 3.2.10);
// `earlier`: those that were gone before the client could count them.
Task<Result<void>> tell_vanished(Session& session, wire::NumberSet uids, bool earlier);

// One untagged FETCH with UID and FLAGS, and MODSEQ when CONDSTORE is enabled (RFC 9051, 7.5.2;
// RFC 7162, 3.1). First tells FLAGS when a keyword is new to the client.
void tell_flags(Session& session, std::uint32_t number, const store::Entry& entry);
// Only UID and MODSEQ: STORE with .SILENT (RFC 7162, 3.1.3).
void tell_modseq(Session& session, std::uint32_t number, const store::Entry& entry);

}  // namespace kontor::imap
