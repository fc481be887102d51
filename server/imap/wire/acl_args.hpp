// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of SETACL, DELETEACL, LISTRIGHTS (RFC 4314, 3 and 7); GETACL and MYRIGHTS take a
// mailbox. Pure; bad_input with a sentence for the client.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_identifier = 1'024;

struct Identifier {
  bool negative = false;  // it began with '-'
  std::string name;       // UTF-8, without the '-', not empty
};

struct AclTarget {
  std::string mailbox;
  Identifier who;
  std::string identifier;  // as written
};
Result<AclTarget> parse_acl_target(std::string_view text, bool utf8);  // DELETEACL, LISTRIGHTS

enum class RightsAction : std::uint8_t { set, add, remove };
struct SetAcl {
  AclTarget target;
  RightsAction action = RightsAction::set;
  std::string rights;  // letters of RFC 4314, 2.1, each once; c and d as what they stand for
};
Result<SetAcl> parse_set_acl(std::string_view text, bool utf8);

}  // namespace kontor::imap::wire
