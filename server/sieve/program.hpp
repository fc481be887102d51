// SPDX-License-Identifier: GPL-3.0-or-later
// Program: a script that was checked, in the form that is run again and again. Immutable; any
// thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/sieve/limits.hpp"
#include "server/sieve/problem.hpp"

namespace kontor::sieve {

// A text with variables in it (RFC 5229, 3): pieces one after the other.
struct Piece {
  enum class Kind : std::uint8_t { literal, match, variable };
  Kind kind = Kind::literal;
  std::string text;         // a literal's; the name of a variable in lower case
  std::uint32_t match = 0;  // number of a match variable
};
using Text = std::vector<Piece>;

enum class Kind : std::uint8_t {
  // commands
  add_flag,
  add_header,
  delete_header,
  discard,
  else_,
  elsif,
  ereject,
  error,
  file_into,
  global,
  if_,
  include,
  keep,
  redirect,
  reject,
  remove_flag,
  require,
  return_,
  set,
  set_flag,
  stop,
  vacation,
  fault,  // a mistake that `ihave` puts off until it is reached (RFC 5463, 4)
  // tests
  address,
  all_of,
  any_of,
  body,
  current_date,
  date,
  duplicate,
  envelope,
  environment,
  exists,
  false_,
  has_flag,
  header,
  ihave,
  mailbox_exists,
  mailbox_id_exists,
  not_,
  size,
  spam_test,
  special_use_exists,
  string,
  true_,
  virus_test,
};

enum class Tag : std::uint8_t {
  addresses,
  all,
  comparator,
  contains,
  content,
  copy,
  count,
  create,
  days,
  detail,
  domain,
  first_lower,
  first_upper,
  flags,
  from,
  global,
  handle,
  header,
  index,
  is,
  last,
  length,
  local_part,
  lower,
  mailbox_id,
  matches,
  mime,
  once,
  optional,
  original_zone,
  over,
  percent,
  personal,
  quote_wildcard,
  raw,
  seconds,
  special_use,
  subject,
  text,
  under,
  unique_id,
  upper,
  user,
  value,
  zone,
};

enum class Comparator : std::uint8_t { octet, ascii_casemap, ascii_numeric, unicode_casemap };
enum class MatchType : std::uint8_t { is, contains, matches, count, value };
enum class Relation : std::uint8_t { gt, ge, lt, le, eq, ne };
enum class AddressPart : std::uint8_t { all, local_part, domain, user, detail };

struct Option {
  std::uint64_t number = 0;
  std::vector<Text> strings;
};

struct Node {
  Kind kind = Kind::stop;
  Position at;
  Comparator comparator = Comparator::ascii_casemap;
  MatchType match = MatchType::is;
  Relation relation = Relation::eq;
  AddressPart part = AddressPart::all;
  std::map<Tag, Option> options;
  std::vector<std::vector<Text>> operands;  // strings and lists, in order
  std::vector<std::uint64_t> numbers;
  std::vector<Node> tests;                 // of a test; of an if its conditions
  std::vector<std::vector<Node>> blocks;   // of an if: one a condition, and one more for else
  bool answer = false;                     // of ihave
  bool has_optional = false;               // the first operand is the one that may be left out
  std::shared_ptr<const Problem> problem;  // of fault

  bool has(Tag tag) const { return options.contains(tag); }
  const Option* find(Tag tag) const {
    const auto found = options.find(tag);
    return found == options.end() ? nullptr : &found->second;
  }
};

struct Program {
  std::vector<Node> nodes;
};

// Reads and checks a script. Pure, CPU only.
Outcome<Program> compile(std::string_view script, const Limits& limits);

}  // namespace kontor::sieve
