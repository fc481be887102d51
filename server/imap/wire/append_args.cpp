// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/append_args.hpp"

namespace kontor::imap::wire {
namespace {

Result<LiteralMark> literal_at_end(const Lexer& lexer) {
  KONTOR_TRY(const auto mark, literal_mark(lexer.rest()));
  if (!mark || mark->begin != 0) return syntax("expected the message as a literal");
  return *mark;
}

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
  if (lexer.accept_text("CATENATE (")) {
    out.form = AppendForm::catenate;
    out.parts = lexer.position();
    return out;
  }
  if (lexer.accept_text("UTF8 (")) {
    out.form = AppendForm::utf8;
    KONTOR_TRY(out.literal, literal_at_end(lexer));
    if (!out.literal.binary) return syntax("UTF8 takes a literal8");  // RFC 6855, 4
    return out;
  }
  KONTOR_TRY(out.literal, literal_at_end(lexer));
  return out;
}

Result<AppendHead> head(Lexer& lexer) {
  AppendHead out;
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  KONTOR_TRY(out.message, message(lexer));
  return out;
}

// seq-number or uniqueid (RFC 8508, 5).
Result<SequenceSet> one_message(Lexer& lexer) {
  KONTOR_TRY(auto set, lexer.uid_set());
  if (set.ranges.size() != 1 || set.ranges.front().first != set.ranges.front().last)
    return syntax("expected the number of one message");
  return set;
}

Result<CatPart> cat_part(Lexer& lexer) {
  CatPart part;
  if (lexer.accept_text("TEXT "))
    part.is_text = true;
  else if (!lexer.accept_text("URL "))
    return syntax("expected TEXT or URL");
  if (part.is_text || lexer.next_is('{')) {
    KONTOR_TRY(part.literal, literal_at_end(lexer));
  } else {
    KONTOR_TRY(part.url, lexer.astring());
  }
  return part;
}

}  // namespace

bool ends_with_message(std::string_view arguments, bool leads_with_number) {
  Lexer lexer(arguments);
  if (leads_with_number && (!one_message(lexer) || !lexer.accept(' '))) return false;
  return lexer.astring().has_value();
}

Result<AppendHead> parse_append_head(std::string_view arguments, bool utf8) {
  Lexer lexer(arguments, utf8);
  return head(lexer);
}

Result<ReplaceHead> parse_replace_head(std::string_view arguments, bool utf8) {
  Lexer lexer(arguments, utf8);
  ReplaceHead out;
  KONTOR_TRY(out.old, one_message(lexer));
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.head, head(lexer));
  return out;
}

Result<std::optional<AppendMessage>> parse_append_next(std::string_view line) {
  if (line.empty()) return std::nullopt;
  Lexer lexer(line);
  KONTOR_TRY(auto next, message(lexer));
  return std::optional<AppendMessage>(std::move(next));
}

Result<CatParts> parse_cat_parts(std::string_view line, bool first) {
  Lexer lexer(line);
  CatParts out;
  while (first || !lexer.accept(')')) {
    if (!first) {
      KONTOR_TRY(lexer.space());
    }
    first = false;
    if (out.parts.size() >= k_max_cat_parts) return syntax("too many parts");
    KONTOR_TRY(auto part, cat_part(lexer));
    out.parts.push_back(std::move(part));
    if (out.parts.back().literal) {
      out.open = true;
      return out;
    }
  }
  out.rest = lexer.position();
  return out;
}

}  // namespace kontor::imap::wire
