// SPDX-License-Identifier: GPL-3.0-or-later
// Security identifiers between their binary and string forms ([MS-DTYP] 2.4.2). Pure, bounded.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/core/result.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

// The binary form ([MS-DTYP] 2.4.2.2), as objectSid and a PAC carry it, to "S-1-5-21-…".
// bad_input: another revision, more than 15 sub-authorities, or a length that does not fit them.
Result<Sid> sid_from_bytes(std::string_view bytes);
// The domain's SID with a relative identifier added: "S-1-5-21-1-2-3" and 513.
Sid sid_with_rid(std::string_view domain, std::uint32_t rid);
// The SID without its last sub-authority; nothing when it has none or is not a SID.
std::optional<Sid> domain_of_sid(std::string_view sid);

// A member of whom the domain knows the SID alone, since he is of another forest: his SID as the
// source and no GUID. A copy finds him among the people of all sources.
PrincipalId id_of_sid(const Sid& sid);
bool is_sid_alone(const PrincipalId& id);

// A SID of a directory without any, made from entryUUID: S-1-5-21 and its four words.
Sid sid_of_uuid(const Uuid& id);

}  // namespace kontor::directory
