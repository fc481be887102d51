// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/append_args.hpp"

namespace kontor::imap::wire {
namespace {

// append-message = [SP flag-list] [SP date-time] SP append-data; the lexer stands before the SP.
Result<AppendMessage> message(Lexer& lexer) {
  AppendMessage out;
  KONTOR_TRY(lexer.space());
  if (lexer.next_is('(')) {
    KONTOR_TRY(out.flags, lexer.flag_list());
    KONTOR_TRY(lexer.space());
  }
  if (lexer.next_is('"')) {
    KONTOR_TRY(out.date, lexer.date_time());
    KONTOR_TRY(lexer.space());
  }
  KONTOR_TRY(const auto mark, literal_mark(lexer.rest()));
  if (!mark || mark->begin != 0) return syntax("expected the message as a literal");
  out.literal = *mark;
  return out;
}

}  // namespace

bool ends_with_message(std::string_view arguments) {
  Lexer lexer(arguments);
  return lexer.astring().has_value();
}

Result<AppendHead> parse_append_head(std::string_view arguments, bool utf8) {
  Lexer lexer(arguments, utf8);
  AppendHead head;
  KONTOR_TRY(head.mailbox, lexer.mailbox());
  KONTOR_TRY(head.message, message(lexer));
  return head;
}

Result<std::optional<AppendMessage>> parse_append_next(std::string_view line) {
  if (line.empty()) return std::nullopt;
  Lexer lexer(line);
  KONTOR_TRY(auto next, message(lexer));
  return std::optional<AppendMessage>(std::move(next));
}

}  // namespace kontor::imap::wire
