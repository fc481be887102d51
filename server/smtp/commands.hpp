// SPDX-License-Identifier: GPL-3.0-or-later
// The table of commands: a row says who may give it, when, and who does it. Dispatch, the checks
// before a handler, HELP and part of the EHLO answer come from the rows.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/smtp/session.hpp"

namespace kontor::smtp {

using Roles = unsigned char;
inline constexpr Roles k_mx = 1, k_submission = 2, k_lmtp = 4, k_every_role = 7;

struct CommandRow {
  std::string_view name;
  Roles roles;          // elsewhere the command does not exist
  bool needs_hello;     // 503 before HELO, EHLO or LHLO
  bool needs_sign_in;   // 530 on submission before AUTH
  bool takes_argument;  // 501 when one is given and none is taken
  std::string_view rfc;
  // An error ends the connection; everything else was replied.
  Task<Result<void>> (*handler)(Session& session, std::string arguments);
};

// Sorted by name.
std::span<const CommandRow> commands() noexcept;
const CommandRow* find_command(std::string_view name, Role role) noexcept;
Roles bit_of(Role role) noexcept;

// Checks and runs one command line, and counts the bad ones.
Task<Result<void>> dispatch(Session& session, std::string line);

// What stands in the EHLO or LHLO answer of this session now, without the first line.
std::vector<std::string> extensions(const Session& session);

// Counts one and replies.
void reply_bad(Session& session, const wire::Reply& reply);
// The reply to arguments that wire refused: 501, 504 or 555.
wire::Reply syntax_reply(const Error& error);
// Gives the default domain to an address without one, for who may send to anybody; postmaster
// needs none.
void complete(const Session& session, wire::Path& path);

// server/smtp/cmd_*.cpp
Task<Result<void>> cmd_auth(Session& session, std::string arguments);
Task<Result<void>> cmd_bdat(Session& session, std::string arguments);
Task<Result<void>> cmd_burl(Session& session, std::string arguments);
Task<Result<void>> cmd_data(Session& session, std::string arguments);
Task<Result<void>> cmd_ehlo(Session& session, std::string arguments);
Task<Result<void>> cmd_etrn(Session& session, std::string arguments);
Task<Result<void>> cmd_expn(Session& session, std::string arguments);
Task<Result<void>> cmd_helo(Session& session, std::string arguments);
Task<Result<void>> cmd_help(Session& session, std::string arguments);
Task<Result<void>> cmd_mail(Session& session, std::string arguments);
Task<Result<void>> cmd_noop(Session& session, std::string arguments);
Task<Result<void>> cmd_quit(Session& session, std::string arguments);
Task<Result<void>> cmd_rcpt(Session& session, std::string arguments);
Task<Result<void>> cmd_rset(Session& session, std::string arguments);
Task<Result<void>> cmd_starttls(Session& session, std::string arguments);
Task<Result<void>> cmd_vrfy(Session& session, std::string arguments);

}  // namespace kontor::smtp
