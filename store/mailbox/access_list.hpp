// SPDX-License-Identifier: GPL-3.0-or-later
// The access list of a folder (RFC 4314): who but the owner may do what. Pure values.
//
// Principals are people and groups of the directory by {source, GUID}, so that a new name there
// changes nothing here; an empty source is anyone. What a person may do is the union of what the
// entries that name him or a group of his give, less the union of what negative entries take away
// (server/sharing/rights.hpp).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/format/payload.hpp"

namespace kontor::store {

// Rights of RFC 4314, 2.1 (and RFC 5257, 5.2: n), as bits in the order of their letters.
enum class Right : std::uint16_t {
  lookup = 1,             // l: see that it is there
  read = 2,               // r: open it
  keep_seen = 4,          // s
  write_flags = 8,        // w: flags other than \Seen and \Deleted
  insert = 16,            // i: append, copy into
  post = 32,              // p: send to its address
  create_children = 64,   // k
  delete_folder = 128,    // x: delete, rename
  delete_messages = 256,  // t: \Deleted
  expunge = 512,          // e
  administer = 1'024,     // a: change the list
  annotate = 2'048,       // n: shared annotations of messages
};
using RightBits = std::uint16_t;
inline constexpr RightBits k_all_rights = 4'095;
inline constexpr std::string_view k_right_letters = "lrswipkxtean";

constexpr bool has_right(RightBits rights, Right right) noexcept {
  return (rights & static_cast<RightBits>(right)) != 0;
}
std::string letters_of(RightBits rights);
// nothing: a letter that is no right.
std::optional<RightBits> rights_of(std::string_view letters);

struct AccessEntry {
  Binding principal;  // an empty source: anyone
  bool negative = false;
  RightBits rights = 0;  // never 0
  bool operator==(const AccessEntry&) const = default;
};
using AccessList = std::vector<AccessEntry>;  // by principal, the negative entry last

struct AccessChange {
  enum class Action : std::uint8_t { set, add, remove };
  Binding principal;
  bool negative = false;
  Action action = Action::set;
  RightBits rights = 0;  // set to 0: the entry goes
};

// The entry that the list has after the change; rights 0: none.
AccessEntry entry_after(const AccessList& list, const AccessChange& change);

// In a frame the rights of a negative entry are led by '-' (docs/formats/frames.md).
AclFrame acl_frame(FolderId folder, const AccessEntry& entry);
// Letters that are no rights are passed over.
void apply_acl(AccessList& list, const AclFrame& frame);

}  // namespace kontor::store
