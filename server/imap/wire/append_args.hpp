// SPDX-License-Identifier: GPL-3.0-or-later
// APPEND's arguments (RFC 9051, 6.3.12; MULTIAPPEND, RFC 3502). Each message's literal is announced
// at the end of a line and read by the command itself. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

// Flags and date before one message's literal mark.
struct AppendMessage {
  FlagList flags;
  std::optional<UtcSeconds> date;
  LiteralMark literal;
};

struct AppendHead {
  std::string mailbox;
  AppendMessage message;  // the first one
};

// Does the literal mark that ends `arguments` announce a message (not the mailbox name)?
bool ends_with_message(std::string_view arguments);
// From the mailbox name through the first message's literal mark.
Result<AppendHead> parse_append_head(std::string_view arguments, bool utf8);
// What follows a message's data on its line: SP and the next message up to its literal mark, or
// nothing, which ends the command.
Result<std::optional<AppendMessage>> parse_append_next(std::string_view line);

}  // namespace kontor::imap::wire
