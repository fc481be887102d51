// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of APPEND and REPLACE (RFC 9051, 6.3.12; MULTIAPPEND, RFC 3502; UTF8, RFC 6855, 4;
// CATENATE, RFC 4469; RFC 8508). Each literal of a message is announced at the end of a line and
// read by the command itself. Pure; bad_input with a sentence for the client.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

enum class AppendForm : unsigned char {
  literal,
  utf8,      // UTF8 (~{n} ... ): its line goes on with ")"
  catenate,  // made of parts
};

// Flags, date and form before one message's data.
struct AppendMessage {
  FlagList flags;
  std::optional<UtcSeconds> date;
  AppendForm form = AppendForm::literal;
  LiteralMark literal;    // of the first two forms
  std::size_t parts = 0;  // of catenate: where in the text its parts begin
};

struct AppendHead {
  std::string mailbox;
  AppendMessage message;  // the first one
};

struct ReplaceHead {
  SequenceSet old;  // one number, or "*"
  AppendHead head;
};

// Does the literal mark that ends `arguments` announce data of a message (not the mailbox name)?
// `leads_with_number`: they are REPLACE's.
bool ends_with_message(std::string_view arguments, bool leads_with_number = false);
// From the mailbox name to where the first message's data begins.
Result<AppendHead> parse_append_head(std::string_view arguments, bool utf8);
Result<ReplaceHead> parse_replace_head(std::string_view arguments, bool utf8);
// What follows a message's data on its line: SP and the next message up to its data, or nothing,
// which ends the command.
Result<std::optional<AppendMessage>> parse_append_next(std::string_view line);

// One part of CATENATE: a URL, or a literal that the line ends with.
struct CatPart {
  bool is_text = false;                // TEXT; else URL
  std::string url;                     // unless it is a literal
  std::optional<LiteralMark> literal;  // of TEXT always
};
struct CatParts {
  std::vector<CatPart> parts;  // only the last one has a literal
  bool open = false;           // it has: the list goes on behind its data
  std::size_t rest = 0;        // otherwise: what stands behind the list's ")"
};
inline constexpr std::size_t k_max_cat_parts = 1'000;  // of one line
// As much of the list as stands in `line`; `first`: it begins with a part, else behind a literal.
Result<CatParts> parse_cat_parts(std::string_view line, bool first);

}  // namespace kontor::imap::wire
