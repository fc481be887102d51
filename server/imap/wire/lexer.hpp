// SPDX-License-Identifier: GPL-3.0-or-later
// Lexer: the words of IMAP commands (RFC 9051, 9; RFC 3501, 9) read from one complete command.
//
// The text is a command as it came, without its last CRLF, its literals in place: "{3}\r\nabc".
// Pure; every method consumes exactly what it returns, or fails with bad_input whose detail is a
// fixed sentence that may be told to the client. What is longer than its limit fails too. The text
// must outlive the lexer.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "server/imap/wire/sequence_set.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_keyword = 255;    // bytes of one keyword
inline constexpr std::size_t k_max_keywords = 256;   // flags in one list
inline constexpr std::size_t k_max_mailbox = 2'048;  // bytes of a mailbox name as written

// System flags as bits: the same bits as store::FlagBits (held equal in server/imap/flags.cpp).
inline constexpr std::uint8_t k_flag_seen = 1, k_flag_answered = 2, k_flag_flagged = 4,
                              k_flag_deleted = 8, k_flag_draft = 16;

struct FlagList {
  std::uint8_t system = 0;
  std::vector<std::string> keywords;  // as spelled, each once in any case
};

// A page of a result, "1:100" or "-1:-100" (RFC 9394, 4), as written: 500:400 is 400:500.
struct PartialRange {
  bool from_end = false;  // -1 is the last
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

// "{123}" at the end of a line, or "{123+}" (RFC 7888), "~{123}" (literal8, RFC 3516).
struct LiteralMark {
  std::uint64_t size = 0;
  bool synchronizing = true;
  bool binary = false;
  std::size_t begin = 0;  // where the mark starts in the text
};
// The mark that ends `line` (without CRLF); nothing when there is none. bad_input: a number too
// large to be one.
Result<std::optional<LiteralMark>> literal_mark(std::string_view line);

constexpr bool is_atom_char(char c) noexcept {  // RFC 9051, 9: ATOM-CHAR
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 && u < 0x7F && c != '(' && c != ')' && c != '{' && c != '%' && c != '*' &&
         c != '"' && c != '\\' && c != ']';
}
constexpr bool is_astring_char(char c) noexcept { return is_atom_char(c) || c == ']'; }

class Lexer {
 public:
  // `utf8`: mailbox names are UTF-8 (IMAP4rev2 enabled) rather than modified UTF-7.
  explicit Lexer(std::string_view text, bool utf8 = false) : text_(text), utf8_(utf8) {}

  bool at_end() const { return at_ == text_.size(); }
  std::size_t position() const { return at_; }
  std::string_view rest() const { return text_.substr(at_); }
  bool next_is(char c) const { return !at_end() && text_[at_] == c; }
  bool accept(char c);                      // consumes `c` when it is next
  bool accept_word(std::string_view word);  // that atom in any case, not only its beginning
  bool accept_text(std::string_view text);  // these characters in any case
  Result<void> expect(char c);
  Result<void> space();  // one SP
  Result<void> end();    // nothing may follow

  Result<std::string> tag();
  Result<std::string> atom();
  // Characters of an atom up to, not including, one of `stop`: "BODY" of "BODY[]".
  Result<std::string> word(std::string_view stop);
  Result<std::string> string();    // quoted or literal
  Result<std::string> literal8();  // RFC 3516: "~{3}", any bytes
  Result<std::string> astring();
  Result<std::optional<std::string>> nstring();
  Result<std::uint32_t> number();
  Result<std::uint32_t> nz_number();
  Result<std::uint64_t> number64();  // at most 2^63 - 1 (RFC 9051, 9: number64)
  Result<SequenceSet> sequence_set();
  Result<SequenceSet> uid_set();  // without `$`: RFC 4315 uid-set
  Result<PartialRange> partial_range();

  Result<std::string> mailbox();         // UTF-8; INBOX in any case is "INBOX"
  Result<std::string> list_mailbox();    // with wildcards, UTF-8
  Result<FlagList> flag_list();          // "(\Seen $Label)"
  Result<FlagList> flags();              // a list, or flags without parentheses (STORE)
  Result<std::string> keyword();         // one atom that is no system flag
  Result<UtcSeconds> date_time();        // "17-Jul-1996 02:44:25 -0700", quoted
  Result<std::chrono::sys_days> date();  // 1-Feb-1994, quoted or not (SEARCH)

 private:
  Result<std::string> quoted();
  Result<std::string> literal();
  Result<std::string_view> literal_data(bool binary);
  Result<void> flag_into(FlagList& list);
  template <class Number>
  Result<Number> digits(Number largest);
  Result<std::uint32_t> seq_number();

  std::string_view text_;
  std::size_t at_ = 0;
  bool utf8_ = false;
};

// The error of every parser here: bad_input with a sentence for the client.
inline std::unexpected<Error> syntax(std::string detail) {
  return fail(Errc::bad_input, std::move(detail));
}

}  // namespace kontor::imap::wire
