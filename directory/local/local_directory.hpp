// SPDX-License-Identifier: GPL-3.0-or-later
// The embedded directory: what the entries of an LDIF file say about people, groups and rooms.
// Pure.
//
// Attribute names are those of Active Directory or inetOrgPerson (docs/formats/local-directory.md).
// An entry keeps its mailbox as long as its entryUUID stays; without that attribute its DN stands
// for it, so whoever renames an entry writes its entryUUID down first (problems() does not know).
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "directory/model/model.hpp"
#include "directory/model/reading.hpp"

namespace kontor::directory {

inline constexpr std::string_view k_local_source = "local";

struct LocalDirectory {
  std::vector<Principal> principals;
  std::map<PrincipalId, std::vector<std::string>> passwords;  // usable hashes only
  std::vector<std::string> problems;  // entries and values not used, and why
};

// bad_input, limit: nothing of it can be used, the detail names the line. `policy_attribute` is
// read into Principal::policies; empty: none is.
Result<LocalDirectory> parse_local_directory(std::string_view ldif,
                                             std::string_view policy_attribute = {},
                                             const Reading& reading = {});

// The id of an entry without entryUUID: RFC 9562, 5.8 (version 8), from SHA-256 of its folded DN.
Uuid uuid_of_dn(std::string_view dn);

}  // namespace kontor::directory
