// SPDX-License-Identifier: GPL-3.0-or-later
// The front of a command: tag and name (RFC 9051, 9: command). Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::imap::wire {

struct CommandHead {
  std::string tag;
  std::string name;  // upper case; "UID FETCH" for a UID form
  bool by_uid = false;
  std::size_t arguments = 0;  // where the arguments start, behind the space
};

// bad_input: there is no tag ("* BAD"); an empty name: there is a tag, but no command.
Result<CommandHead> parse_command_head(std::string_view text);

}  // namespace kontor::imap::wire
