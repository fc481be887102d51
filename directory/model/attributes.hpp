// SPDX-License-Identifier: GPL-3.0-or-later
// What directory attributes mean, the same for every source (DESIGN.md 5: the same attribute names
// and the same filter of who has a mailbox). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/model/model.hpp"

namespace kontor::directory {

// What an entry of the embedded or an LDAP directory is, by its object classes.
enum class EntryClass : std::uint8_t { person, group, contact, room, container, unknown };
EntryClass entry_class_of(const std::vector<std::string>& object_classes);

// `mail` and `addresses` from the attributes mail and proxyAddresses: "SMTP:" marks the primary
// address, "smtp:" others, values of other kinds (X500, sip) are not addresses. The primary one is
// `mail`; without it the value with "SMTP:".
void set_addresses(Principal& principal,
                   std::string_view mail,
                   const std::vector<std::string>& proxy_addresses);

// userAccountControl: bit 2 is ACCOUNTDISABLE ([MS-ADTS] 2.2.16).
State state_of_account_control(std::uint32_t account_control);

// groupType, a signed number ([MS-ADTS] 2.2.12), as its bits; 0 when it is none.
std::uint32_t group_type_of(std::string_view text);

// accountExpires: 100 ns steps since 1601; 0 and 2^63-1 are "never" ([MS-ADA1] 2.3).
std::optional<std::int64_t> expiry_of_filetime(std::uint64_t filetime);

// A distinguished name (RFC 4514) as it is compared: case folded, blanks around separators gone,
// escapes resolved to one form. Nothing is refused; what is not a DN compares as itself.
std::string fold_dn(std::string_view dn);
// "example.test" from the dc components; empty without any.
std::string domain_of_dn(std::string_view folded_dn);

}  // namespace kontor::directory
