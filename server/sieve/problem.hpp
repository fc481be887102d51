// SPDX-License-Identifier: GPL-3.0-or-later
// Problem: what is wrong with a script, and where, in words for who wrote it. Pure values.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace kontor::sieve {

struct Position {
  std::uint32_t line = 1;    // from 1
  std::uint32_t column = 1;  // in characters, from 1
};

enum class Complaint : std::uint8_t {
  too_large,
  not_utf8,
  bad_character,
  open_comment,
  open_string,
  open_text,
  bad_number,
  bad_escape,
  expected,
  too_deep,
  too_long,
  require_late,
  unknown_extension,
  unknown_command,
  unknown_test,
  needs_require,
  unknown_tag,
  tag_twice,
  tags_clash,
  wrong_argument,
  too_few_arguments,
  too_many_arguments,
  needs_test,
  no_test,
  needs_block,
  no_block,
  else_alone,
  unknown_comparator,
  comparator_cannot,
  bad_relation,
  bad_value,
  no_variables,
  // of a run
  too_many_steps,
  too_many_actions,
  too_many_redirects,
  too_many_includes,
  too_many_variables,
  no_script,
  broken_script,
  include_circle,
  vacation_twice,
  reject_clash,
  own_error,
  no_folder,
};

struct Problem {
  Position at;
  Complaint what = Complaint::expected;
  std::string detail;  // the word it is about

  // "line 3, column 7: ..." in that language ("en", "ru"); another one: English.
  std::string text(std::string_view language) const;
};

template <class T>
using Outcome = std::expected<T, Problem>;

}  // namespace kontor::sieve
