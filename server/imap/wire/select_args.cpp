// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/select_args.hpp"

namespace kontor::imap::wire {
namespace {

// RFC 7162, 7: neither "*" nor "$" stands in known-uids or in seq-match-data.
Result<SequenceSet> known_set(Lexer& lexer) {
  KONTOR_TRY(auto set, lexer.sequence_set());
  if (set.saved_result || set.has_star()) return syntax("a set of known messages has no * or $");
  return set;
}

Result<SequenceMatch> match(Lexer& lexer) {
  SequenceMatch out;
  KONTOR_TRY(lexer.expect('('));
  KONTOR_TRY(out.numbers, known_set(lexer));
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.uids, known_set(lexer));
  KONTOR_TRY(lexer.expect(')'));
  return out;
}

// "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"
Result<Resync> resync(Lexer& lexer) {
  Resync out;
  KONTOR_TRY(lexer.expect('('));
  KONTOR_TRY(out.uid_validity, lexer.nz_number());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.modseq, lexer.number64());
  if (out.modseq == 0) return syntax("a number must not be zero");
  if (lexer.accept(' ')) {
    if (!lexer.next_is('(')) {
      KONTOR_TRY(out.known_uids, known_set(lexer));
      if (lexer.accept(' ')) {
        KONTOR_TRY(out.match, match(lexer));
      }
    } else {
      KONTOR_TRY(out.match, match(lexer));
    }
  }
  KONTOR_TRY(lexer.expect(')'));
  return out;
}

}  // namespace

Result<Select> parse_select(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  Select out;
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  if (lexer.at_end()) return out;
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(lexer.expect('('));
  do {
    // RFC 4466, 2.1: an unknown parameter is an error of syntax; each stands once.
    if (!out.condstore && lexer.accept_word("CONDSTORE")) {
      out.condstore = true;
    } else if (!out.resync && lexer.accept_text("QRESYNC ")) {
      KONTOR_TRY(out.resync, resync(lexer));
    } else {
      return syntax("an unknown parameter");
    }
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.expect(')'));
  KONTOR_TRY(lexer.end());
  return out;
}

}  // namespace kontor::imap::wire
