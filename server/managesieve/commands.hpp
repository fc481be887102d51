// SPDX-License-Identifier: GPL-3.0-or-later
// The table of commands: a row says when a command may be given, what it takes, and who does it.
#pragma once
#include <span>
#include <string_view>

#include "server/managesieve/session.hpp"

namespace kontor::managesieve {

enum class When : unsigned char { always, signed_out, signed_in };

struct CommandRow {
  std::string_view name;  // upper case
  When when;
  std::string_view takes;  // S a string, N a number; a small letter: may be left out
  std::string_view rfc;    // number and section
  // Answers the client. An Error ends the connection.
  Task<Result<void>> (*handler)(Session& session, Command command);
};

// Sorted by name.
std::span<const CommandRow> commands() noexcept;
// Checks and runs one command. An Error ends the connection.
Task<Result<void>> dispatch(Session& session, Command command);

// server/managesieve/cmd_*.cpp
Task<Result<void>> cmd_authenticate(Session& session, Command command);
Task<Result<void>> cmd_capability(Session& session, Command command);
Task<Result<void>> cmd_checkscript(Session& session, Command command);
Task<Result<void>> cmd_deletescript(Session& session, Command command);
Task<Result<void>> cmd_getscript(Session& session, Command command);
Task<Result<void>> cmd_havespace(Session& session, Command command);
Task<Result<void>> cmd_listscripts(Session& session, Command command);
Task<Result<void>> cmd_logout(Session& session, Command command);
Task<Result<void>> cmd_noop(Session& session, Command command);
Task<Result<void>> cmd_putscript(Session& session, Command command);
Task<Result<void>> cmd_renamescript(Session& session, Command command);
Task<Result<void>> cmd_setactive(Session& session, Command command);
Task<Result<void>> cmd_starttls(Session& session, Command command);
Task<Result<void>> cmd_unauthenticate(Session& session, Command command);

}  // namespace kontor::managesieve
