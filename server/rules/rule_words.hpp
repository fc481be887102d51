// SPDX-License-Identifier: GPL-3.0-or-later
// The words of rules: what conditions may be about and what actions there are, as tables. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "server/rules/rule.hpp"

namespace kontor::rules {

// What a condition is written with.
enum class Kind : std::uint8_t {
  text,         // is, contains, begins, ends, matches
  named,        // is: one of a few words, or a group or unit
  limits,       // over, under
  counted,      // is, at_least
  fingerprint,  // is, share, letters
  yes,          // nothing
};

struct AboutRow {
  About about;
  std::string_view name;
  Kind kind;
  bool is_of_recipients = false;  // holds for some of them
  bool needs_files = false;       // the text of attachments
};
struct DoesRow {
  Does does;
  std::string_view name;
  bool has_targets = false, has_field = false, has_text = false, needs_text = false;
};

std::span<const AboutRow> abouts() noexcept;
const AboutRow& row_of(About about) noexcept;
const AboutRow* find_about(std::string_view name) noexcept;
std::string_view nearest_about(std::string_view name);
std::span<const DoesRow> all_does() noexcept;
const DoesRow& row_of(Does does) noexcept;
const DoesRow* find_does(std::string_view name) noexcept;
std::string_view nearest_does(std::string_view name);
std::string_view name_of(How how) noexcept;
Result<State> parse_state(std::string_view name);

// local@domain of one line.
bool is_address(std::string_view text);
// Fields by which mail is carried, and that say what this server found out.
bool is_kept_field(std::string_view name);

// What is wrong with the values of a condition, its patterns, the templates of an action.
Result<void> check_values(const Condition& condition);
Result<void> check_patterns(const Condition& condition);
Result<void> check_templates(const Action& action);

}  // namespace kontor::rules
