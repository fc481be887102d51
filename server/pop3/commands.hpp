// SPDX-License-Identifier: GPL-3.0-or-later
// The table of commands: a row says when a command may be given and who does it. Dispatch, the
// checks before a handler, most of CAPA and docs/generated/pop3-commands.md come from the rows.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "server/pop3/session.hpp"

namespace kontor::pop3 {

inline constexpr unsigned k_authorization = 1, k_transaction = 2, k_any = 3;

enum class Takes : unsigned char {
  nothing,   // an argument is refused
  optional,  // blanks around it do not count
  argument,  // one is needed; blanks around it do not count
  verbatim,  // one is needed and taken as it stands
};

struct CommandRow {
  std::string_view name;        // upper case
  unsigned states;              // k_...
  Takes takes;                  //
  bool needs_tls;               // carries a password
  std::string_view capability;  // announced because of this row; empty: none
  std::string_view rfc;         // number and section
  // Answers the client. An Error ends the connection.
  Task<Result<void>> (*handler)(Session& session, std::string arguments);
};

// Sorted by name.
std::span<const CommandRow> commands() noexcept;
// nullptr when there is none; `name` in upper case.
const CommandRow* find_command(std::string_view name) noexcept;
// docs/generated/pop3-commands.md
std::string commands_markdown();

// Checks and runs one command line. An Error ends the connection.
Task<Result<void>> dispatch(Session& session, std::string text);

// server/pop3/cmd_*.cpp
Task<Result<void>> cmd_auth(Session& session, std::string arguments);
Task<Result<void>> cmd_capa(Session& session, std::string arguments);
Task<Result<void>> cmd_dele(Session& session, std::string arguments);
Task<Result<void>> cmd_list(Session& session, std::string arguments);
Task<Result<void>> cmd_noop(Session& session, std::string arguments);
Task<Result<void>> cmd_pass(Session& session, std::string arguments);
Task<Result<void>> cmd_quit(Session& session, std::string arguments);
Task<Result<void>> cmd_retr(Session& session, std::string arguments);
Task<Result<void>> cmd_rset(Session& session, std::string arguments);
Task<Result<void>> cmd_stat(Session& session, std::string arguments);
Task<Result<void>> cmd_stls(Session& session, std::string arguments);
Task<Result<void>> cmd_top(Session& session, std::string arguments);
Task<Result<void>> cmd_uidl(Session& session, std::string arguments);
Task<Result<void>> cmd_user(Session& session, std::string arguments);
Task<Result<void>> cmd_utf8(Session& session, std::string arguments);

}  // namespace kontor::pop3
