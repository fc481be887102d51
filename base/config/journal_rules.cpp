// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/journal_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at != 0 && at + 1 < text.size() &&
         text.find_first_of(" ()<>,;=:") == std::string_view::npos;
}

Result<void> take_word(std::string_view word, JournalRule& rule) {
  const auto equals = std::min(word.find('='), word.size());
  const auto name = word.substr(0, equals);
  const auto value = equals < word.size() ? word.substr(equals + 1) : std::string_view();
  if (name == "to") {
    if (!is_address(value))
      return fail(Errc::bad_input, fmt::format("to: \"{}\" is not a mail address", value));
    rule.target = value;
  } else if (name == "direction") {
    if (value != "in" && value != "out" && value != "both")
      return fail(Errc::bad_input, "direction is in, out or both");
    rule.direction = value == "in"    ? JournalDirection::in
                     : value == "out" ? JournalDirection::out
                                      : JournalDirection::both;
  } else if (name == "form") {
    if (value != "report" && value != "copy")
      return fail(Errc::bad_input, "form is report or copy");
    rule.form = value == "copy" ? JournalForm::copy : JournalForm::report;
  } else {
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of to=, direction= and form=", word));
  }
  return {};
}

}  // namespace

Result<JournalRule> parse_journal_rule(std::string_view row) {
  const auto colon = row.find(':');
  if (colon == std::string_view::npos)
    return fail(Errc::bad_input, "whose mail it is and a colon must come first");
  JournalRule rule;
  rule.who = to_lower(trim(row.substr(0, colon)));
  const bool is_domain =
      rule.who.size() > 1 && rule.who.starts_with('@') && is_address("x" + rule.who);
  if (rule.who != "everybody" && !is_domain && !is_address(rule.who))
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is neither everybody, nor @DOMAIN, nor an address", rule.who));
  for (const auto word : split(row.substr(colon + 1), ' ')) {
    if (word.empty()) continue;
    KONTOR_TRY(take_word(word, rule));
  }
  if (rule.target.empty()) return fail(Errc::bad_input, "to=ADDRESS is missing");
  return rule;
}

}  // namespace kontor::config
