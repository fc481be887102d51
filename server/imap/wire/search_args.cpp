// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/search_args.hpp"

#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::imap::wire {
namespace {

// What follows the name of a key.
enum class Operand : unsigned char { none, astring, keyword, date, number, seconds };

struct KeyRow {
  std::string_view name;
  SearchOp op;
  Operand operand;
  std::uint64_t number;  // flags
  std::string_view field;
};
using enum Operand;
using Op = SearchOp;

// clang-format off
constexpr std::array k_rows{
    KeyRow{"ALL",        Op::all,     none, 0, ""},
    KeyRow{"ANSWERED",   Op::flag,    none, k_flag_answered, ""},
    KeyRow{"DELETED",    Op::flag,    none, k_flag_deleted, ""},
    KeyRow{"DRAFT",      Op::flag,    none, k_flag_draft, ""},
    KeyRow{"FLAGGED",    Op::flag,    none, k_flag_flagged, ""},
    KeyRow{"SEEN",       Op::flag,    none, k_flag_seen, ""},
    KeyRow{"UNANSWERED", Op::no_flag, none, k_flag_answered, ""},
    KeyRow{"UNDELETED",  Op::no_flag, none, k_flag_deleted, ""},
    KeyRow{"UNDRAFT",    Op::no_flag, none, k_flag_draft, ""},
    KeyRow{"UNFLAGGED",  Op::no_flag, none, k_flag_flagged, ""},
    KeyRow{"UNSEEN",     Op::no_flag, none, k_flag_seen, ""},
    // RFC 3501, 6.4.4: \Recent is never set here (RFC 9051, Appendix E allows it to be dropped).
    KeyRow{"NEW",        Op::none,    none, 0, ""},
    KeyRow{"RECENT",     Op::none,    none, 0, ""},
    KeyRow{"OLD",        Op::all,     none, 0, ""},
    KeyRow{"KEYWORD",    Op::keyword, keyword, 0, ""},
    KeyRow{"BCC",        Op::header,  astring, 0, "Bcc"},
    KeyRow{"CC",         Op::header,  astring, 0, "Cc"},
    KeyRow{"FROM",       Op::header,  astring, 0, "From"},
    KeyRow{"SUBJECT",    Op::header,  astring, 0, "Subject"},
    KeyRow{"TO",         Op::header,  astring, 0, "To"},
    KeyRow{"BODY",       Op::body,    astring, 0, ""},
    KeyRow{"TEXT",       Op::text,    astring, 0, ""},
    KeyRow{"EMAILID",    Op::email,   astring, 0, ""},
    KeyRow{"THREADID",   Op::thread,  astring, 0, ""},
    KeyRow{"BEFORE",     Op::before,  date, 0, ""},
    KeyRow{"ON",         Op::on,      date, 0, ""},
    KeyRow{"SINCE",      Op::since,   date, 0, ""},
    KeyRow{"SENTBEFORE", Op::sent_before, date, 0, ""},
    KeyRow{"SENTON",     Op::sent_on,     date, 0, ""},
    KeyRow{"SENTSINCE",  Op::sent_since,  date, 0, ""},
    KeyRow{"SAVEDBEFORE", Op::saved_before, date, 0, ""},
    KeyRow{"SAVEDON",    Op::saved_on,    date, 0, ""},
    KeyRow{"SAVEDSINCE", Op::saved_since, date, 0, ""},
    KeyRow{"SAVEDATESUPPORTED", Op::all,  none, 0, ""},  // RFC 8514, 4.3: every message has one
    KeyRow{"LARGER",     Op::larger,  number, 0, ""},
    KeyRow{"SMALLER",    Op::smaller, number, 0, ""},
    KeyRow{"OLDER",      Op::older,   seconds, 0, ""},
    KeyRow{"YOUNGER",    Op::younger, seconds, 0, ""},
};
// clang-format on

struct ReturnRow {
  std::string_view name;
  unsigned bit;
};
constexpr std::array k_returns{
    ReturnRow{"MIN", search_return::min},
    ReturnRow{"MAX", search_return::max},
    ReturnRow{"ALL", search_return::all},
    ReturnRow{"COUNT", search_return::count},
    ReturnRow{"SAVE", search_return::save},
    ReturnRow{"PARTIAL", search_return::partial},
    ReturnRow{"UPDATE", search_return::update},
    ReturnRow{"CONTEXT", search_return::context},
    ReturnRow{"RELEVANCY", search_return::relevancy},
};

class KeyParser {
 public:
  KeyParser(Lexer& lexer, std::string charset, Search& out)
      : lexer_(lexer), out_(out), charset_(std::move(charset)) {}

  Result<void> run() {
    KONTOR_TRY(const auto root, keys(0));
    static_cast<void>(root);  // it is the last one made
    // RFC 6203, 4: there is nothing to tell then.
    if ((out_.returns & search_return::relevancy) != 0 && !out_.fuzzy)
      return syntax("RELEVANCY is for searches with FUZZY");
    return lexer_.end();
  }

 private:
  // One or more keys that must all hold.
  Result<std::uint32_t> keys(std::uint32_t depth) {
    SearchKey all;
    all.op = SearchOp::both;
    do {
      KONTOR_TRY(const auto one, key(depth));
      all.operands.push_back(one);
    } while (lexer_.accept(' '));
    if (all.operands.size() == 1) return all.operands.front();
    return add(std::move(all));
  }

  Result<std::uint32_t> add(SearchKey key) {
    if (out_.keys.size() >= k_max_search_keys) return syntax("too many search keys");
    key.fuzzy = inside_fuzzy_;
    out_.keys.push_back(std::move(key));
    return static_cast<std::uint32_t>(out_.keys.size() - 1);
  }

  Result<std::uint32_t> key(std::uint32_t depth) {
    if (depth > k_max_search_depth) return syntax("the search is nested too deep");
    if (lexer_.accept('(')) {
      KONTOR_TRY(const auto inner, keys(depth + 1));
      KONTOR_TRY(lexer_.expect(')'));
      return inner;
    }
    if (!lexer_.at_end() &&
        (is_digit(lexer_.rest().front()) || lexer_.next_is('*') || lexer_.next_is('$')))
      return set_key(SearchOp::numbers);
    KONTOR_TRY(const auto name, lexer_.atom());
    if (iequals(name, "NOT")) return negated(depth);
    if (iequals(name, "OR")) return either(depth);
    if (iequals(name, "FUZZY")) return fuzzy(depth);
    if (iequals(name, "UID")) {
      KONTOR_TRY(lexer_.space());
      return set_key(SearchOp::uids);
    }
    if (iequals(name, "UIDAFTER") || iequals(name, "UIDBEFORE")) return uid_bound(name);
    if (iequals(name, "HEADER")) return header();
    if (iequals(name, "MODSEQ")) return modseq();
    if (iequals(name, "UNKEYWORD")) return unkeyword();
    for (const auto& row : k_rows)
      if (iequals(row.name, name)) return simple(row);
    return syntax("an unknown search key");
  }

  Result<std::uint32_t> set_key(SearchOp op) {
    SearchKey key;
    key.op = op;
    KONTOR_TRY(key.set, lexer_.sequence_set());
    return add(std::move(key));
  }

  // RFC 9738, 3.3: UIDs beyond that one, or below it.
  Result<std::uint32_t> uid_bound(std::string_view name) {
    SearchKey key;
    key.op = SearchOp::uids;
    KONTOR_TRY(lexer_.space());
    KONTOR_TRY(const auto bound, lexer_.nz_number());
    constexpr auto k_most = std::numeric_limits<std::uint32_t>::max();
    const bool after = iequals(name, "UIDAFTER");
    if (bound == (after ? k_most : 1))
      key.op = SearchOp::none;
    else
      key.set.ranges.push_back(after ? NumberRange{bound + 1, k_most} : NumberRange{1, bound - 1});
    return add(std::move(key));
  }

  Result<std::uint32_t> negated(std::uint32_t depth) {
    KONTOR_TRY(lexer_.space());
    KONTOR_TRY(const auto inner, key(depth + 1));
    return negation_of(inner);
  }

  // RFC 6203, 3: search-key =/ "FUZZY" SP search-key
  Result<std::uint32_t> fuzzy(std::uint32_t depth) {
    KONTOR_TRY(lexer_.space());
    out_.fuzzy = true;
    const bool before = std::exchange(inside_fuzzy_, true);
    auto inner = key(depth + 1);
    inside_fuzzy_ = before;
    return inner;
  }

  Result<std::uint32_t> negation_of(std::uint32_t inner) {
    SearchKey key;
    key.op = SearchOp::negated;
    key.operands.push_back(inner);
    return add(std::move(key));
  }

  Result<std::uint32_t> either(std::uint32_t depth) {
    SearchKey both;
    both.op = SearchOp::either;
    for (int i = 0; i < 2; ++i) {
      KONTOR_TRY(lexer_.space());
      KONTOR_TRY(const auto one, key(depth + 1));
      both.operands.push_back(one);
    }
    return add(std::move(both));
  }

  Result<std::uint32_t> header() {
    SearchKey key;
    key.op = SearchOp::header;
    KONTOR_TRY(lexer_.space());
    KONTOR_TRY(key.name, lexer_.astring());
    KONTOR_TRY(lexer_.space());
    KONTOR_TRY(key.text, value());
    return add(std::move(key));
  }

  Result<std::uint32_t> unkeyword() {
    SearchKey key;
    key.op = SearchOp::keyword;
    KONTOR_TRY(lexer_.space());
    KONTOR_TRY(key.text, lexer_.keyword());
    KONTOR_TRY(const auto inner, add(std::move(key)));
    return negation_of(inner);
  }

  // RFC 7162, 3.1.5: MODSEQ [SP entry-name SP entry-type] SP mod-sequence-valzer. One counter
  // serves all entries here, so the name does not matter.
  Result<std::uint32_t> modseq() {
    SearchKey key;
    key.op = SearchOp::modseq;
    KONTOR_TRY(lexer_.space());
    if (lexer_.next_is('"')) {
      KONTOR_TRY(const auto entry, lexer_.string());
      KONTOR_TRY(lexer_.space());
      if (!lexer_.accept_word("all") && !lexer_.accept_word("priv") &&
          !lexer_.accept_word("shared"))
        return syntax("an unknown entry type");
      KONTOR_TRY(lexer_.space());
    }
    KONTOR_TRY(key.number, lexer_.number64());
    out_.uses_modseq = true;
    return add(std::move(key));
  }

  Result<std::uint32_t> simple(const KeyRow& row) {
    SearchKey key;
    key.op = row.op;
    key.number = row.number;
    key.name = row.field;
    if (row.operand != none) {
      KONTOR_TRY(lexer_.space());
    }
    switch (row.operand) {
      case none:
        break;
      case astring: {
        KONTOR_TRY(key.text, value());
        break;
      }
      case keyword: {
        KONTOR_TRY(key.text, lexer_.keyword());
        break;
      }
      case date: {
        KONTOR_TRY(key.day, lexer_.date());
        break;
      }
      case number: {
        KONTOR_TRY(key.number, lexer_.number64());
        break;
      }
      case seconds: {  // RFC 5032, 3: nz-number
        KONTOR_TRY(key.number, lexer_.nz_number());
        break;
      }
    }
    return add(std::move(key));
  }

  Result<std::string> value() {
    KONTOR_TRY(auto text, lexer_.astring());
    return mime::to_utf8(text, charset_);
  }

  Lexer& lexer_;
  Search& out_;
  std::string charset_;
  bool inside_fuzzy_ = false;
};

Result<void> return_option(Lexer& lexer, Search& out) {
  KONTOR_TRY(const auto name, lexer.atom());
  unsigned bit = 0;
  for (const auto& row : k_returns)
    if (iequals(row.name, name)) bit = row.bit;
  if (bit == 0) return syntax("an unknown RETURN option");
  if (bit == search_return::partial) {
    if ((out.returns & bit) != 0) return syntax("PARTIAL is given twice");
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(out.partial, lexer.partial_range());
  }
  out.returns |= bit;
  return {};
}

}  // namespace

Result<void> parse_search_returns(Lexer& lexer, Search& out) {
  namespace ret = search_return;
  KONTOR_TRY(lexer.expect('('));
  out.extended = true;
  for (bool first = true; !lexer.accept(')'); first = false) {
    if (!first) {
      KONTOR_TRY(lexer.space());
    }
    KONTOR_TRY(return_option(lexer, out));
  }
  // RFC 9394, 3.1: one PARTIAL, one ALL, or neither.
  if ((out.returns & ret::all) != 0 && (out.returns & ret::partial) != 0)
    return syntax("ALL and PARTIAL exclude each other");
  // RFC 4731, 3.1: nothing asked for is ALL; SAVE alone is not answered (RFC 9051, 6.4.4.1).
  if ((out.returns & (ret::data | ret::save)) == 0) out.returns |= ret::all;
  return {};
}

Result<std::string> parse_search_charset(Lexer& lexer) {
  KONTOR_TRY(auto charset, lexer.astring());
  if (!mime::is_known_charset(charset))
    return fail(Errc::unsupported, "the charset is not known");  // RFC 9051, 6.4.4: BADCHARSET
  return charset;
}

Result<void> parse_search_keys(Lexer& lexer, std::string charset, Search& out) {
  return KeyParser(lexer, std::move(charset), out).run();
}

Result<void> parse_search_program(Lexer& lexer, Search& out) {
  if (lexer.accept_word("RETURN")) {
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(parse_search_returns(lexer, out));
    KONTOR_TRY(lexer.space());
  }
  std::string charset = "utf-8";
  if (lexer.accept_word("CHARSET")) {
    KONTOR_TRY(lexer.space());
    out.names_charset = true;
    KONTOR_TRY(charset, parse_search_charset(lexer));
    KONTOR_TRY(lexer.space());
  }
  return parse_search_keys(lexer, std::move(charset), out);
}

Result<Search> parse_search(std::string_view text) {
  Lexer lexer(text);
  Search out;
  KONTOR_TRY(parse_search_program(lexer, out));
  return out;
}

}  // namespace kontor::imap::wire
