// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/acl_args.hpp"

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

constexpr std::string_view k_letters = "lrswipkxtean";

Result<void> target_into(Lexer& lexer, AclTarget& out) {
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.identifier, lexer.astring());
  std::string_view name = out.identifier;
  out.who.negative = name.starts_with('-');
  if (out.who.negative) name.remove_prefix(1);
  if (name.empty()) return syntax("an empty identifier");
  if (name.size() > k_max_identifier) return syntax("an identifier is too long");
  if (!is_utf8(name)) return syntax("an identifier that is not UTF-8");
  for (const char c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return syntax("an identifier with a control character");
  out.who.name = name;
  return {};
}

Result<std::string> rights(std::string_view written) {
  std::string out;
  const auto add = [&](std::string_view letters) {
    for (const char letter : letters)
      if (!out.contains(letter)) out.push_back(letter);
  };
  for (const char letter : written) {
    // RFC 4314, 2.1.1: "create" is k and x here, "delete" is t and e.
    if (letter == 'c')
      add("kx");
    else if (letter == 'd')
      add("te");
    else if (k_letters.contains(letter))
      add(std::string_view(&letter, 1));
    else
      return syntax("an unknown right");
  }
  return out;
}

}  // namespace

Result<AclTarget> parse_acl_target(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  AclTarget out;
  KONTOR_TRY(target_into(lexer, out));
  KONTOR_TRY(lexer.end());
  return out;
}

Result<SetAcl> parse_set_acl(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  SetAcl out;
  KONTOR_TRY(target_into(lexer, out.target));
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(const auto written, lexer.astring());
  KONTOR_TRY(lexer.end());
  std::string_view letters = written;
  if (letters.starts_with('+')) out.action = RightsAction::add;
  if (letters.starts_with('-')) out.action = RightsAction::remove;
  if (out.action != RightsAction::set) letters.remove_prefix(1);
  KONTOR_TRY(out.rights, rights(letters));
  return out;
}

}  // namespace kontor::imap::wire
