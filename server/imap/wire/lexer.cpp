// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/lexer.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/core/text.hpp"
#include "server/imap/wire/mailbox_name.hpp"

namespace kontor::imap::wire {
namespace {

constexpr std::size_t k_max_ranges = 20'000;  // of one sequence set
constexpr std::size_t k_max_tag = 128;

struct SystemFlag {
  std::string_view name;
  std::uint8_t bit;
};
constexpr std::array k_system_flags{
    SystemFlag{"Answered", k_flag_answered}, SystemFlag{"Deleted", k_flag_deleted},
    SystemFlag{"Draft", k_flag_draft},       SystemFlag{"Flagged", k_flag_flagged},
    SystemFlag{"Seen", k_flag_seen},
};

// RFC 9051, 9: list-char = ATOM-CHAR / list-wildcards / resp-specials; UTF-8 as a kindness.
constexpr bool is_list_char(char c) {
  return is_astring_char(c) || c == '%' || c == '*' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

Result<std::optional<LiteralMark>> literal_mark(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const auto open = line.rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  std::string_view number = line.substr(open + 1, line.size() - open - 2);
  LiteralMark mark;
  mark.begin = open;
  if (number.ends_with('+')) {
    mark.synchronizing = false;
    number.remove_suffix(1);
  }
  if (number.empty() || !std::ranges::all_of(number, is_digit)) return std::nullopt;
  const auto size = parse_number<std::uint64_t>(number);
  if (!size || *size > std::numeric_limits<std::int64_t>::max())
    return syntax("literal size out of range");
  mark.size = *size;
  if (open > 0 && line[open - 1] == '~') {
    mark.binary = true;
    mark.begin = open - 1;
  }
  return mark;
}

bool Lexer::accept(char c) {
  if (!next_is(c)) return false;
  ++at_;
  return true;
}

bool Lexer::accept_text(std::string_view text) {
  if (!istarts_with(rest(), text)) return false;
  at_ += text.size();
  return true;
}

bool Lexer::accept_word(std::string_view word) {
  if (!istarts_with(rest(), word)) return false;
  const std::size_t after = at_ + word.size();
  if (after < text_.size() && is_astring_char(text_[after])) return false;
  at_ = after;
  return true;
}

Result<void> Lexer::expect(char c) {
  if (accept(c)) return {};
  return syntax(std::string("expected '") + c + "'");
}

Result<void> Lexer::space() {
  if (accept(' ')) return {};
  return syntax(at_end() ? "an argument is missing" : "expected a space");
}

Result<void> Lexer::end() {
  if (at_end()) return {};
  return syntax("unexpected text after the arguments");
}

Result<std::string> Lexer::tag() {
  const std::size_t begin = at_;
  // RFC 9051, 9: tag = 1*<any ASTRING-CHAR except "+">
  while (!at_end() && is_astring_char(text_[at_]) && text_[at_] != '+') ++at_;
  if (at_ == begin || at_ - begin > k_max_tag) return syntax("expected a tag");
  return std::string(text_.substr(begin, at_ - begin));
}

Result<std::string> Lexer::atom() { return word({}); }

Result<std::string> Lexer::word(std::string_view stop) {
  const std::size_t begin = at_;
  while (!at_end() && is_atom_char(text_[at_]) && !stop.contains(text_[at_])) ++at_;
  if (at_ == begin) return syntax("expected an atom");
  return std::string(text_.substr(begin, at_ - begin));
}

Result<std::string> Lexer::quoted() {
  std::string out;
  for (++at_; !at_end(); ++at_) {
    char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c == '\\') {
      // RFC 9051, 9: quoted = DQUOTE *QUOTED-CHAR DQUOTE; only quoted-specials are escaped.
      if (++at_ == text_.size()) break;
      c = text_[at_];
      if (c != '"' && c != '\\') return syntax("a quoted string escapes what needs no escape");
    }
    if (c == '\r' || c == '\n' || c == '\0') return syntax("a quoted string with CR, LF or NUL");
    out.push_back(c);
  }
  return syntax("a quoted string does not end");
}

Result<std::string_view> Lexer::literal_data(bool binary) {
  const auto line_end = rest().find("\r\n");
  if (line_end == std::string_view::npos) return syntax("a literal without its data");
  KONTOR_TRY(const auto mark, literal_mark(rest().substr(0, line_end)));
  if (!mark || mark->begin != 0 || mark->binary != binary) return syntax("expected a literal");
  const std::size_t data = at_ + line_end + 2;
  if (mark->size > text_.size() - data) return syntax("a literal without its data");
  at_ = data + mark->size;
  return text_.substr(data, mark->size);
}

Result<std::string> Lexer::literal() {
  const std::size_t begin = at_;
  KONTOR_TRY(const auto bytes, literal_data(false));
  // RFC 9051, 9: literal = "{" number64 ["+"] "}" CRLF *CHAR8, CHAR8 is not NUL.
  if (!bytes.contains('\0')) return std::string(bytes);
  at_ = begin;
  return syntax("a literal with a NUL byte");
}

Result<std::string> Lexer::literal8() {
  KONTOR_TRY(const auto bytes, literal_data(true));
  return std::string(bytes);
}

Result<std::string> Lexer::string() {
  if (next_is('"')) return quoted();
  if (next_is('{')) return literal();
  return syntax("expected a string");
}

Result<std::string> Lexer::astring() {
  if (next_is('"') || next_is('{')) return string();
  const std::size_t begin = at_;
  while (!at_end() && is_astring_char(text_[at_])) ++at_;
  if (at_ == begin) return syntax("expected a string");
  return std::string(text_.substr(begin, at_ - begin));
}

Result<std::optional<std::string>> Lexer::nstring() {
  if (accept_word("NIL")) return std::optional<std::string>();
  KONTOR_TRY(auto text, string());
  return std::optional<std::string>(std::move(text));
}

template <class Number>
Result<Number> Lexer::digits(Number largest) {
  const std::size_t begin = at_;
  while (!at_end() && is_digit(text_[at_])) ++at_;
  if (at_ == begin) return syntax("expected a number");
  const auto value = parse_number<Number>(text_.substr(begin, at_ - begin));
  if (!value || *value > largest) return syntax("a number out of range");
  return *value;
}

Result<std::uint32_t> Lexer::number() { return digits(std::numeric_limits<std::uint32_t>::max()); }

Result<std::uint32_t> Lexer::nz_number() {
  KONTOR_TRY(const auto value, number());
  if (value == 0) return syntax("a number must not be zero");
  return value;
}

Result<std::uint64_t> Lexer::number64() {
  return digits(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

Result<std::uint32_t> Lexer::seq_number() {
  if (accept('*')) return k_star;
  return nz_number();
}

Result<SequenceSet> Lexer::uid_set() {
  SequenceSet set;
  do {
    NumberRange range;
    KONTOR_TRY(range.first, seq_number());
    range.last = range.first;
    if (accept(':')) {
      KONTOR_TRY(range.last, seq_number());
    }
    if (set.ranges.size() >= k_max_ranges) return syntax("too many ranges in a set");
    set.ranges.push_back(range);
  } while (accept(','));
  return set;
}

Result<SequenceSet> Lexer::sequence_set() {
  // RFC 9051, 6.4.4.1 and RFC 5182: "$" alone is the saved search result.
  if (!accept('$')) return uid_set();
  SequenceSet set;
  set.saved_result = true;
  return set;
}

Result<PartialRange> Lexer::partial_range() {
  PartialRange range;
  range.from_end = accept('-');
  KONTOR_TRY(range.first, nz_number());
  KONTOR_TRY(expect(':'));
  if (accept('-') != range.from_end) return syntax("both ends of PARTIAL count from one side");
  KONTOR_TRY(range.last, nz_number());
  return range;
}

Result<std::string> Lexer::mailbox() {
  KONTOR_TRY(const auto name, astring());
  if (name.size() > k_max_mailbox) return syntax("a mailbox name is too long");
  // RFC 9051, 9: "INBOX" in any case.
  if (iequals(name, "INBOX")) return std::string("INBOX");
  KONTOR_TRY(auto decoded, decode_mailbox(name, utf8_));
  if (istarts_with(decoded, "INBOX/")) decoded.replace(0, 5, "INBOX");
  return decoded;
}

Result<std::string> Lexer::list_mailbox() {
  std::string pattern;
  if (next_is('"') || next_is('{')) {
    KONTOR_TRY(pattern, string());
  } else {
    const std::size_t begin = at_;
    while (!at_end() && is_list_char(text_[at_])) ++at_;
    if (at_ == begin) return syntax("expected a mailbox pattern");
    pattern = text_.substr(begin, at_ - begin);
  }
  if (pattern.size() > k_max_mailbox) return syntax("a mailbox pattern is too long");
  return decode_mailbox(pattern, utf8_);
}

Result<void> Lexer::flag_into(FlagList& list) {
  if (list.keywords.size() >= k_max_keywords) return syntax("too many flags");
  if (!accept('\\')) {
    KONTOR_TRY(auto name, keyword());
    const auto same = [&](const std::string& other) { return iequals(other, name); };
    if (std::ranges::none_of(list.keywords, same)) list.keywords.push_back(std::move(name));
    return {};
  }
  KONTOR_TRY(const auto name, atom());
  if (iequals(name, "Recent")) return {};  // RFC 9051, 2.3.2: obsolete; nobody can set it
  const auto flag = std::ranges::find_if(
      k_system_flags, [&](const SystemFlag& f) { return iequals(f.name, name); });
  if (flag == k_system_flags.end()) return syntax("an unknown system flag");
  list.system |= flag->bit;
  return {};
}

Result<FlagList> Lexer::flag_list() {
  FlagList list;
  KONTOR_TRY(expect('('));
  for (bool first = true; !accept(')'); first = false) {
    if (!first) {
      KONTOR_TRY(space());
    }
    KONTOR_TRY(flag_into(list));
  }
  return list;
}

Result<FlagList> Lexer::flags() {
  if (next_is('(')) return flag_list();
  FlagList list;
  do {
    KONTOR_TRY(flag_into(list));
  } while (accept(' '));
  return list;
}

Result<std::string> Lexer::keyword() {
  KONTOR_TRY(auto name, atom());
  if (name.size() > k_max_keyword) return syntax("a keyword is too long");
  return name;
}

}  // namespace kontor::imap::wire
