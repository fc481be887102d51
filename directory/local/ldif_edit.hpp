// SPDX-License-Identifier: GPL-3.0-or-later
// Changes of an LDIF file that leave everything else in it as it stands: order, comments, folding,
// line ends. Pure.
//
// Each gives the whole new text, which has been read as a directory again: what would not parse, or
// would change anybody else, is not given. bad_input or limit: the text before does not parse.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/uuid.hpp"

namespace kontor::directory {

struct NewLocalAccount {
  std::string address;        // primary; its domain says where in the tree the entry stands
  std::string name;           // displayName
  std::string login;          // uid
  std::string password_hash;  // {SCRYPT}…; empty: nobody signs in yet
};

// A person at the end, with an entryUUID, below the people of the same domain. exists: the address
// or the login is taken; bad_input: strange characters.
Result<std::string> ldif_with_account(std::string_view ldif, const NewLocalAccount& account);
// The last line of a file that has nobody in it on purpose: any other such file is taken for one
// that is cut off.
inline constexpr std::string_view k_nobody_line = "# nobody";

// Without this person, also as a member of groups; k_nobody_line is added when nobody is left.
// not_found.
Result<std::string> ldif_without_account(std::string_view ldif, const Uuid& id);
// With this hash in the place of all the passwords he had. not_found.
Result<std::string> ldif_with_password(std::string_view ldif,
                                       const Uuid& id,
                                       std::string_view password_hash);

}  // namespace kontor::directory
