// SPDX-License-Identifier: GPL-3.0-or-later
// Flags and keywords as mailboxes in files bear them: fields of the message in mbox files, letters
// of the file's name in a Maildir. Pure; what is not understood is passed over.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "server/admin/sources/message.hpp"

namespace kontor::admin::sources {

enum class Kind : unsigned char {
  mail,
  internal,  // the folder data that UW imapd keeps as an mbox's first message
  deleted,   // Thunderbird hid it; it is there only until the file is compacted
};

struct HeaderMarks {
  Marks marks;
  Kind kind = Kind::mail;
};

// Status, X-Status, X-Keywords (mutt, UW imapd, Python), X-Mozilla-Status and X-Mozilla-Keys
// (Thunderbird) of a message's header.
HeaderMarks marks_of_header(std::string_view message);

// Names of the letters a to z in a Maildir's file names, by its file dovecot-keywords.
using KeywordLetters = std::array<std::string, 26>;
KeywordLetters parse_keyword_letters(std::string_view file);

// The letters after ":2," of a file's name (Maildir's specification; P, passed on, is $Forwarded).
Marks marks_of_name(std::string_view file_name, const KeywordLetters& letters);

// The letters of a Maildir's file names for these flags, in the order its specification asks for.
std::string letters_of(store::FlagBits flags);
// The flag of one such letter; 0: there is none.
store::FlagBits flag_of(char letter);

// A keyword that the store takes, as near to `name` as can be; empty: nothing is left of it.
std::string keyword_of(std::string_view name);

}  // namespace kontor::admin::sources
