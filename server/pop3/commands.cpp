// SPDX-License-Identifier: GPL-3.0-or-later
// The table of commands. To add one: its row here, its handler in a cmd_*.cpp, its script
// tests/scripts/pop3/NAME.pop3.
#include "server/pop3/commands.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/pop3/wire/command.hpp"

namespace kontor::pop3 {
namespace {

using enum Takes;

// clang-format off
constexpr std::array k_rows{
    //         name    states           takes     TLS    capability   RFC                   handler
    CommandRow{"AUTH", k_authorization, optional, false, "",          "5034 4",             cmd_auth},
    CommandRow{"CAPA", k_any,           nothing,  false, "",          "2449 5",             cmd_capa},
    CommandRow{"DELE", k_transaction,   argument, false, "",          "1939 5",             cmd_dele},
    CommandRow{"LIST", k_transaction,   optional, false, "",          "1939 5",             cmd_list},
    CommandRow{"NOOP", k_transaction,   nothing,  false, "",          "1939 5",             cmd_noop},
    CommandRow{"PASS", k_authorization, verbatim, true,  "",          "1939 7",             cmd_pass},
    CommandRow{"QUIT", k_any,           nothing,  false, "",          "1939 4, 6",          cmd_quit},
    CommandRow{"RETR", k_transaction,   argument, false, "",          "1939 5",             cmd_retr},
    CommandRow{"RSET", k_transaction,   nothing,  false, "",          "1939 5",             cmd_rset},
    CommandRow{"STAT", k_transaction,   nothing,  false, "",          "1939 5",             cmd_stat},
    CommandRow{"STLS", k_authorization, nothing,  false, "STLS",      "2595 4",             cmd_stls},
    CommandRow{"TOP",  k_transaction,   argument, false, "TOP",       "1939 7",             cmd_top},
    CommandRow{"UIDL", k_transaction,   optional, false, "UIDL",      "1939 7",             cmd_uidl},
    CommandRow{"USER", k_authorization, verbatim, true,  "USER",      "1939 7",             cmd_user},
    CommandRow{"UTF8", k_authorization, nothing,  false, "UTF8 USER", "6856 2",             cmd_utf8},
};
// clang-format on

constexpr bool rows_are_right() {
  for (std::size_t i = 0; i < k_rows.size(); ++i) {
    const CommandRow& row = k_rows[i];
    if (i > 0 && !(k_rows[i - 1].name < row.name)) return false;
    if (row.rfc.empty() || row.states == 0 || row.handler == nullptr) return false;
  }
  return true;
}
static_assert(rows_are_right(), "rows are sorted by name, unique and complete");

// Why the row forbids the command now; empty when it may run.
std::string_view forbidden(const Session& session, const CommandRow& row, std::string_view text) {
  if ((row.states & static_cast<unsigned>(session.state())) == 0)
    return session.maildrop ? "already signed in" : "sign in first";
  // RFC 2595, 2.1: a password never travels in the clear
  if (row.needs_tls && !session.stream().is_tls()) return "use STLS first";
  if (row.takes == nothing && !text.empty()) return "no argument is taken";
  if ((row.takes == argument || row.takes == verbatim) && text.empty())
    return "an argument is wanted";
  return {};
}

}  // namespace

std::span<const CommandRow> commands() noexcept { return k_rows; }

const CommandRow* find_command(std::string_view name) noexcept {
  const auto row = std::ranges::lower_bound(k_rows, name, {}, &CommandRow::name);
  return row != k_rows.end() && row->name == name ? &*row : nullptr;
}

Task<Result<void>> dispatch(Session& session, std::string text) {
  session.command = {};
  auto line = wire::parse_line(text);
  if (!line) {
    session.bad(line.error().detail());
    co_return Result<void>();
  }
  const auto* row = find_command(line->keyword);
  if (row == nullptr) {
    session.bad("unknown command");
    co_return Result<void>();
  }
  session.command = row->name;
  std::string arguments = std::move(line->arguments);
  if (row->takes != verbatim) arguments = std::string(trim(arguments));
  if (const auto why = forbidden(session, *row, arguments); !why.empty()) {
    session.bad(why);
    co_return Result<void>();
  }
  co_return co_await row->handler(session, std::move(arguments));
}

}  // namespace kontor::pop3
