// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/command_head.hpp"

#include "base/core/text.hpp"
#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

Result<CommandHead> parse_command_head(std::string_view text) {
  Lexer lexer(text);
  CommandHead head;
  KONTOR_TRY(head.tag, lexer.tag());
  if (!lexer.accept(' ')) return head;
  auto name = lexer.atom();
  if (!name) return head;
  head.name = to_upper(*name);
  if (head.name == "UID" && lexer.accept(' ')) {
    head.by_uid = true;
    if (auto second = lexer.atom()) head.name += " " + to_upper(*second);
  }
  lexer.accept(' ');
  head.arguments = lexer.position();
  return head;
}

}  // namespace kontor::imap::wire
