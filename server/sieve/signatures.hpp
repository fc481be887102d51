// SPDX-License-Identifier: GPL-3.0-or-later
// The commands, tests and tags there are, with what each takes: the checker reads all of it here.
#pragma once
#include <optional>
#include <string_view>

#include "server/sieve/extensions.hpp"
#include "server/sieve/program.hpp"

namespace kontor::sieve {

enum class Takes : std::uint8_t { nothing, test, tests, block };

// Tags that a command takes come in groups; of an exclusive group there is one at most.
enum class Group : std::uint8_t {
  address_part,
  comparator,
  match,
  size,
  body,
  index,
  zone,
  copy,
  create,
  flags,
  place,  // of fileinto, by special use and mailbox id
  vacation,
  duplicate,
  modifier,
  include,
  percent,
  last,  // of addheader
};
using Groups = std::uint32_t;
constexpr Groups bit(Group group) { return 1U << static_cast<unsigned>(group); }

struct Signature {
  std::string_view name;
  Kind kind;
  std::optional<Extension> needs;
  // S a string, L a list of them, N a number; a small letter: may be left out.
  std::string_view operands;
  Groups groups;
  Takes takes;
};

struct TagRow {
  std::string_view name;
  Tag tag;
  Group group;
  std::optional<Extension> needs;
  char value;  // as in operands; 0: none
};

const Signature* find_command(std::string_view name) noexcept;
const Signature* find_test(std::string_view name) noexcept;
// The tag of that name among these groups; nullptr: it is not for them.
const TagRow* find_tag(std::string_view name, Groups groups) noexcept;
// One of the group at most?
bool is_exclusive(Group group) noexcept;

}  // namespace kontor::sieve
