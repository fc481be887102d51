// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/commands.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/smtp/adopted.hpp"

namespace kontor::smtp {
namespace {

// clang-format off
constexpr std::array k_commands{
    //         name        roles              hello  sign-in argument rfc
    CommandRow{"AUTH",     k_submission,      true,  false,  true,    "RFC 4954",         cmd_auth},
    CommandRow{"BDAT",     k_every_role,      false, false,  true,    "RFC 3030 2",       cmd_bdat},
    CommandRow{"BURL",     k_submission,      true,  true,   true,    "RFC 4468 3.2",     cmd_burl},
    CommandRow{"DATA",     k_every_role,      true,  true,   false,   "RFC 5321 4.1.1.4", cmd_data},
    CommandRow{"EHLO",     k_mx|k_submission, false, false,  true,    "RFC 5321 4.1.1.1", cmd_ehlo},
    CommandRow{"ETRN",     k_mx|k_submission, true,  true,   true,    "RFC 1985",         cmd_etrn},
    CommandRow{"EXPN",     k_every_role,      false, false,  true,    "RFC 5321 4.1.1.7", cmd_expn},
    CommandRow{"HELO",     k_mx|k_submission, false, false,  true,    "RFC 5321 4.1.1.1", cmd_helo},
    CommandRow{"HELP",     k_every_role,      false, false,  true,    "RFC 5321 4.1.1.8", cmd_help},
    CommandRow{"LHLO",     k_lmtp,            false, false,  true,    "RFC 2033 4.1",     cmd_ehlo},
    CommandRow{"MAIL",     k_every_role,      true,  true,   true,    "RFC 5321 4.1.1.2", cmd_mail},
    CommandRow{"NOOP",     k_every_role,      false, false,  true,    "RFC 5321 4.1.1.9", cmd_noop},
    CommandRow{"QUIT",     k_every_role,      false, false,  false,   "RFC 5321 4.1.1.10", cmd_quit},
    CommandRow{"RCPT",     k_every_role,      true,  true,   true,    "RFC 5321 4.1.1.3", cmd_rcpt},
    CommandRow{"RSET",     k_every_role,      false, false,  false,   "RFC 5321 4.1.1.5", cmd_rset},
    CommandRow{"STARTTLS", k_every_role,      false, false,  false,   "RFC 3207",         cmd_starttls},
    CommandRow{"VRFY",     k_every_role,      false, false,  true,    "RFC 5321 4.1.1.6", cmd_vrfy},
};
// clang-format on

constexpr bool is_sorted_and_unique() {
  for (std::size_t i = 1; i < k_commands.size(); ++i)
    if (!(k_commands[i - 1].name < k_commands[i].name)) return false;
  return true;
}
static_assert(is_sorted_and_unique(), "rows stand in order of their names, each once");

}  // namespace

std::span<const CommandRow> commands() noexcept { return k_commands; }

Roles bit_of(Role role) noexcept { return static_cast<Roles>(1U << static_cast<unsigned>(role)); }

const CommandRow* find_command(std::string_view name, Role role) noexcept {
  const auto row = std::ranges::lower_bound(k_commands, name, {}, &CommandRow::name);
  if (row == k_commands.end() || row->name != name) return nullptr;
  return (row->roles & bit_of(role)) != 0 ? &*row : nullptr;
}

void reply_bad(Session& session, const wire::Reply& reply) {
  ++session.bad_commands;
  session.reply(reply);
}

wire::Reply syntax_reply(const Error& error) {
  switch (error.code()) {
    case Errc::not_found:  // RFC 5321, 4.1.1.11
      return {555, "5.5.4", "a parameter is not known here"};
    case Errc::unsupported:
      return {504, "5.5.4", "a parameter's value is not supported"};
    default:
      return {501, "5.5.4", "syntax error: " + error.detail()};
  }
}

void complete(const Session& session, wire::Path& path) {
  auto& mailbox = path.mailbox;
  if (path.is_null || !mailbox.domain.empty() || !session.may_relay()) return;
  if (!iequals(mailbox.local, "postmaster"))
    mailbox.domain = session.environment().routing.delivery().domains().default_domain();
}

Task<Result<void>> dispatch(Session& session, std::string text) {
  const auto line = wire::parse_line(text);
  if (!line) {
    // Somebody else may read these bytes as other lines than we do: no word more with him.
    session.reply(
        wire::Reply(500, "5.5.2", "a command line ends in CRLF and has no other CR, LF or NUL"));
    session.is_closing = true;
    co_return Result<void>();
  }
  const auto* row = find_command(line->verb, session.role());
  if (row != nullptr && row->handler == cmd_mail && session.hello) adopt_identity(session);
  if (row == nullptr) {
    reply_bad(session, wire::Reply(500, "5.5.1", "command unknown"));
  } else if (!row->takes_argument && !line->arguments.empty()) {
    reply_bad(session, wire::Reply(501, "5.5.4", "no argument is taken"));
  } else if (row->needs_hello && !session.hello) {
    reply_bad(session, wire::Reply(503, "5.5.1", "say hello first"));
  } else if (row->needs_sign_in && session.role() == Role::submission && !session.identity) {
    // RFC 4954, 6
    reply_bad(session, wire::Reply(530, "5.7.0", "authentication required"));
  } else {
    co_return co_await row->handler(session, line->arguments);
  }
  co_return Result<void>();
}

}  // namespace kontor::smtp
