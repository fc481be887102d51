// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/managesieve/commands.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::managesieve {
namespace {

using enum When;

// clang-format off
constexpr std::array k_rows{
    //         name              when        takes RFC         handler
    CommandRow{"AUTHENTICATE",   signed_out, "Ss", "5804 2.1",  cmd_authenticate},
    CommandRow{"CAPABILITY",     always,     "",   "5804 2.4",  cmd_capability},
    CommandRow{"CHECKSCRIPT",    signed_in,  "S",  "5804 2.12", cmd_checkscript},
    CommandRow{"DELETESCRIPT",   signed_in,  "S",  "5804 2.10", cmd_deletescript},
    CommandRow{"GETSCRIPT",      signed_in,  "S",  "5804 2.9",  cmd_getscript},
    CommandRow{"HAVESPACE",      signed_in,  "SN", "5804 2.5",  cmd_havespace},
    CommandRow{"LISTSCRIPTS",    signed_in,  "",   "5804 2.7",  cmd_listscripts},
    CommandRow{"LOGOUT",         always,     "",   "5804 2.3",  cmd_logout},
    CommandRow{"NOOP",           always,     "s",  "5804 2.13", cmd_noop},
    CommandRow{"PUTSCRIPT",      signed_in,  "SS", "5804 2.6",  cmd_putscript},
    CommandRow{"RENAMESCRIPT",   signed_in,  "SS", "5804 2.11", cmd_renamescript},
    CommandRow{"SETACTIVE",      signed_in,  "S",  "5804 2.8",  cmd_setactive},
    CommandRow{"STARTTLS",       signed_out, "",   "5804 2.2",  cmd_starttls},
    CommandRow{"UNAUTHENTICATE", signed_in,  "",   "5804 2.14", cmd_unauthenticate},
};
// clang-format on
static_assert(std::ranges::is_sorted(k_rows, {}, &CommandRow::name));

bool fits(const std::vector<wire::Word>& given, std::string_view takes) {
  if (given.size() > takes.size()) return false;
  for (std::size_t i = 0; i < takes.size(); ++i) {
    if (i >= given.size()) return takes[i] == ascii_lower(takes[i]);
    const auto wanted =
        ascii_upper(takes[i]) == 'N' ? wire::Word::Kind::number : wire::Word::Kind::string;
    if (given[i].kind != wanted) return false;
  }
  return true;
}

}  // namespace

std::span<const CommandRow> commands() noexcept { return k_rows; }

Task<Result<void>> dispatch(Session& session, Command command) {
  const auto row = std::ranges::lower_bound(k_rows, command.name, {}, &CommandRow::name);
  session.running = {};
  if (row == k_rows.end() || row->name != command.name) {
    session.bad("unknown command");
    co_return Result<void>();
  }
  session.running = row->name;
  const bool is_in = session.identity().has_value();
  if (row->when == signed_in && !is_in)
    session.no({}, "sign in first");
  else if (row->when == signed_out && is_in)
    session.no({}, "already signed in");
  else if (command.is_too_large)
    session.no("QUOTA/MAXSIZE", "the script is too large");
  else if (!fits(command.arguments, row->takes))
    session.bad("these are not the arguments of this command");
  else
    co_return co_await row->handler(session, std::move(command));
  co_return Result<void>();
}

}  // namespace kontor::managesieve
