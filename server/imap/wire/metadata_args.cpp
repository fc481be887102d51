// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/metadata_args.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

// RFC 5464, 3.2: what an entry may be called.
Result<void> check_entry(std::string_view name) {
  if (name.size() > k_max_entry_name) return syntax("the name of an entry is too long");
  if (!name.starts_with("/private/") && !name.starts_with("/shared/"))
    return syntax("an entry is below /private or /shared");
  if (name.ends_with('/') || name.contains("//")) return syntax("an entry with an empty component");
  for (const char c : name)
    if (static_cast<unsigned char>(c) <= 0x19 || static_cast<unsigned char>(c) >= 0x7F ||
        c == '*' || c == '%')
      return syntax("an entry with a character that names do not have");
  const auto below = name.substr(name.find('/', 1) + 1);
  const auto components = std::ranges::count(below, '/') + 1;
  if ((below == "vendor" || below.starts_with("vendor/")) && components < 3)
    return syntax("an entry of a vendor has at least four components");
  return {};
}

// A name that GETMETADATA may ask below: /private, /shared and their /vendor too.
Result<void> check_asked(std::string_view name) {
  for (const std::string_view scope : {"/private", "/shared"}) {
    if (name == scope) return {};
    if (!name.starts_with(scope)) continue;
    const auto below = name.substr(scope.size());
    if (below == "/vendor") return {};
    if (below.starts_with("/vendor/") && below.size() > 8 && !below.substr(8).contains('/'))
      return check_entry(std::string(name) + "/x");
  }
  return check_entry(name);
}

Result<std::string> asked_entry(Lexer& lexer) {
  KONTOR_TRY(const auto written, lexer.astring());
  auto name = to_lower(written);
  KONTOR_TRY(check_asked(name));
  return name;
}

Result<void> options(Lexer& lexer, GetMetadata& out) {
  KONTOR_TRY(lexer.expect('('));
  do {
    if (lexer.accept_word("MAXSIZE")) {
      KONTOR_TRY(lexer.space());
      KONTOR_TRY(out.max_size, lexer.number64());
    } else if (lexer.accept_word("DEPTH")) {
      KONTOR_TRY(lexer.space());
      if (lexer.accept_word("0"))
        out.depth = Depth::zero;
      else if (lexer.accept_word("1"))
        out.depth = Depth::one;
      else if (lexer.accept_word("infinity"))
        out.depth = Depth::infinity;
      else
        return syntax("DEPTH is 0, 1 or infinity");
    } else {
      return syntax("an unknown option");
    }
  } while (lexer.accept(' '));
  return lexer.expect(')');
}

}  // namespace

Result<std::vector<std::string>> parse_entries(Lexer& lexer) {
  std::vector<std::string> out;
  const bool list = lexer.accept('(');
  do {
    if (out.size() >= k_max_entries) return syntax("too many entries");
    KONTOR_TRY(auto name, asked_entry(lexer));
    if (std::ranges::find(out, name) == out.end()) out.push_back(std::move(name));
  } while (list && lexer.accept(' '));
  if (list) {
    KONTOR_TRY(lexer.expect(')'));
  }
  return out;
}

Result<GetMetadata> parse_get_metadata(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  GetMetadata out;
  // The grammar of RFC 5464, 5 has the options in front, its examples behind the mailbox (4.2.1).
  const bool in_front = lexer.next_is('(');
  if (in_front) {
    KONTOR_TRY(options(lexer, out));
    KONTOR_TRY(lexer.space());
  }
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  KONTOR_TRY(lexer.space());
  if (!in_front &&
      (istarts_with(lexer.rest(), "(MAXSIZE ") || istarts_with(lexer.rest(), "(DEPTH "))) {
    KONTOR_TRY(options(lexer, out));
    KONTOR_TRY(lexer.space());
  }
  KONTOR_TRY(out.entries, parse_entries(lexer));
  // Several entries without parentheses, as the examples of 4.4.1 have them.
  while (out.entries.size() < k_max_entries && lexer.accept(' ')) {
    KONTOR_TRY(auto name, asked_entry(lexer));
    if (std::ranges::find(out.entries, name) == out.entries.end())
      out.entries.push_back(std::move(name));
  }
  KONTOR_TRY(lexer.end());
  return out;
}

Result<SetMetadata> parse_set_metadata(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  SetMetadata out;
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(lexer.expect('('));
  do {
    if (out.values.size() >= k_max_entries) return syntax("too many entries");
    KONTOR_TRY(const auto written, lexer.astring());
    auto name = to_lower(written);
    KONTOR_TRY(check_entry(name));
    KONTOR_TRY(lexer.space());
    std::optional<std::string> value;
    if (lexer.next_is('~')) {
      KONTOR_TRY(value, lexer.literal8());
    } else {
      KONTOR_TRY(value, lexer.nstring());
    }
    std::erase_if(out.values, [&](const auto& before) { return before.first == name; });
    out.values.emplace_back(std::move(name), std::move(value));
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.expect(')'));
  KONTOR_TRY(lexer.end());
  return out;
}

bool covers(std::string_view asked, Depth depth, std::string_view name) {
  if (!name.starts_with(asked)) return false;
  const auto below = name.substr(asked.size());
  if (below.empty()) return true;
  if (depth == Depth::zero || below.front() != '/') return false;
  return depth == Depth::infinity || !below.substr(1).contains('/');
}

}  // namespace kontor::imap::wire
