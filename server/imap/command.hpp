// SPDX-License-Identifier: GPL-3.0-or-later
// A command is one row and one file (RFC 9051, 6). The row says when it may run and what it does to
// sequence numbers; dispatch, state check, CAPABILITY and docs/generated/commands.md come from it.
//
// A handler writes its untagged responses to session.out and returns the tagged one; it does not
// sync: the dispatcher does, before the tagged response, by the row's effects. An Error becomes NO
// or BAD by base/core/answers.hpp.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "server/imap/session.hpp"

namespace kontor::imap {

struct CommandRow;

// A command as the client sent it, complete.
struct Request {
  std::string tag;
  const CommandRow* row = nullptr;
  std::string arguments;  // what follows the name and one space; literals in place
  bool by_uid = false;    // the UID form
};

enum class Status : unsigned char { ok, no, bad };

// The tagged response.
struct Tagged {
  Tagged() = default;
  Tagged(Status s, std::string c, std::string t)
      : status(s), code(std::move(c)), text(std::move(t)) {}
  Status status = Status::ok;
  std::string code;           // response code without brackets; empty: none
  std::string text;           // empty: "NAME completed"
  Reported reported;          // for sync: a commit whose changes were told already
  bool tells_modseq = false;  // HIGHESTMODSEQ as the code, once everything up to it is told
  bool answered = false;      // the handler has written the tagged response itself
  void report(const store::Account& in, store::ModSeq commit) { reported = {in.id(), commit}; }
};
// BAD with the sentence of a wire parser's error.
Tagged bad_syntax(const Error& error);
// NO or BAD with the code and text that the error's kind has for clients.
Tagged refusal(const Error& error);

using Handler = Task<Result<Tagged>> (*)(Session& session, Request request);

namespace effect {  // bits
inline constexpr unsigned none = 0;
inline constexpr unsigned uses_seqs = 1;           // its arguments are sequence numbers: no EXPUNGE
inline constexpr unsigned withholds_expunge = 2;   // ... until it is done (RFC 9051, 7.5.1)
inline constexpr unsigned needs_write = 4;         // refused in a mailbox opened by EXAMINE
inline constexpr unsigned no_sync = 8;             // nothing is told before its tagged response
inline constexpr unsigned takes_literals = 16;     // reads its own literals (APPEND)
inline constexpr unsigned plain_password = 32;     // only inside TLS
inline constexpr unsigned leads_with_number = 64;  // with takes_literals: REPLACE's arguments
}  // namespace effect

inline constexpr unsigned k_not_authenticated = 1, k_authenticated = 2, k_selected = 4;
inline constexpr unsigned k_any = 7, k_signed_in = 6;

struct CommandRow {
  std::string_view name;        // upper case; "UID FETCH" is a row of its own
  unsigned states;              // k_...
  unsigned effects;             // effect::...
  std::string_view capability;  // announced because of this row; empty: part of the base
  std::string_view rfc;         // "9051 6.4.5"
  Handler handler;
};

// All rows, sorted by name.
std::span<const CommandRow> commands();
// nullptr when there is none; `name` in any case.
const CommandRow* find_command(std::string_view name);
// docs/generated/commands.md
std::string commands_markdown();

}  // namespace kontor::imap
