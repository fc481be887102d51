// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/list_args.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/imap/wire/metadata_args.hpp"

namespace kontor::imap::wire {
namespace {

constexpr std::size_t k_max_patterns = 100;
constexpr std::size_t k_max_wildcards = 20;  // of one pattern
constexpr std::size_t k_max_options = 32;

Result<void> selection_option(Lexer& lexer, ListArguments& out) {
  KONTOR_TRY(const auto name, lexer.atom());
  if (iequals(name, "SUBSCRIBED"))
    out.select_subscribed = true;
  else if (iequals(name, "SPECIAL-USE"))
    out.select_special_use = true;
  else if (iequals(name, "RECURSIVEMATCH"))
    out.recursive_match = true;
  else if (!iequals(name, "REMOTE"))  // nothing is remote here
    return syntax("an unknown selection option");
  return {};
}

Result<void> return_option(Lexer& lexer, ListArguments& out) {
  KONTOR_TRY(const auto name, lexer.atom());
  if (iequals(name, "SUBSCRIBED")) {
    out.return_subscribed = true;
  } else if (iequals(name, "CHILDREN")) {
    out.return_children = true;
  } else if (iequals(name, "SPECIAL-USE")) {
    out.return_special_use = true;
  } else if (iequals(name, "STATUS")) {
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(out.status_items, parse_status_items(lexer));
  } else if (iequals(name, "MYRIGHTS")) {
    out.return_my_rights = true;
  } else if (iequals(name, "METADATA")) {
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(out.metadata_entries, parse_entries(lexer));
  } else {
    return syntax("an unknown return option");
  }
  return {};
}

using Option = Result<void> (*)(Lexer&, ListArguments&);

Result<void> options(Lexer& lexer, ListArguments& out, Option option) {
  KONTOR_TRY(lexer.expect('('));
  for (std::size_t count = 0; !lexer.accept(')'); ++count) {
    if (count >= k_max_options) return syntax("too many options");
    if (count > 0) {
      KONTOR_TRY(lexer.space());
    }
    KONTOR_TRY(option(lexer, out));
  }
  return {};
}

Result<void> pattern(Lexer& lexer, ListArguments& out) {
  KONTOR_TRY(auto text, lexer.list_mailbox());
  const auto wildcards = std::ranges::count_if(text, [](char c) { return c == '*' || c == '%'; });
  if (static_cast<std::size_t>(wildcards) > k_max_wildcards) return syntax("too many wildcards");
  if (out.patterns.size() >= k_max_patterns) return syntax("too many patterns");
  out.patterns.push_back(std::move(text));
  return {};
}

Result<void> patterns(Lexer& lexer, ListArguments& out) {
  if (!lexer.accept('(')) return pattern(lexer, out);
  out.extended = true;
  do {
    KONTOR_TRY(pattern(lexer, out));
  } while (lexer.accept(' '));
  return lexer.expect(')');
}

Result<void> check(const ListArguments& out) {
  // RFC 5258, 3.1: RECURSIVEMATCH only with another option than REMOTE.
  if (out.recursive_match && !out.select_subscribed && !out.select_special_use)
    return syntax("RECURSIVEMATCH needs another selection option");
  return {};
}

bool same_letter(char a, char b, bool any_case) {
  return a == b || (any_case && ascii_lower(a) == ascii_lower(b));
}

}  // namespace

Result<ListArguments> parse_list(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  ListArguments out;
  if (lexer.next_is('(')) {
    out.extended = true;
    KONTOR_TRY(options(lexer, out, selection_option));
    KONTOR_TRY(lexer.space());
  }
  KONTOR_TRY(out.reference, lexer.mailbox());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(patterns(lexer, out));
  if (!lexer.at_end()) {
    out.extended = true;
    KONTOR_TRY(lexer.space());
    if (!lexer.accept_word("RETURN")) return syntax("expected RETURN");
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(options(lexer, out, return_option));
  }
  KONTOR_TRY(lexer.end());
  KONTOR_TRY(check(out));
  return out;
}

Result<ListArguments> parse_lsub(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  ListArguments out;
  KONTOR_TRY(out.reference, lexer.mailbox());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(pattern(lexer, out));
  KONTOR_TRY(lexer.end());
  return out;
}

bool matches_pattern(std::string_view name, std::string_view pattern) {
  // INBOX and the names below it start with that word in any case.
  const std::size_t folded = name == "INBOX" || name.starts_with("INBOX/") ? 5 : 0;
  // reach[i]: the pattern so far matches the first i bytes of the name.
  std::vector<char> reach(name.size() + 1, 0);
  reach[0] = 1;
  for (const char p : pattern) {
    if (p == '*' || p == '%') {
      for (std::size_t i = 0; i < name.size(); ++i)
        if (reach[i] != 0 && (p == '*' || name[i] != '/')) reach[i + 1] = 1;
      continue;
    }
    for (std::size_t i = name.size(); i > 0; --i)
      reach[i] = static_cast<char>(reach[i - 1] != 0 && same_letter(name[i - 1], p, i <= folded));
    reach[0] = 0;
  }
  return reach[name.size()] != 0;
}

}  // namespace kontor::imap::wire
