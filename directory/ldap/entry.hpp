// SPDX-License-Identifier: GPL-3.0-or-later
// An entry as a controller sent it, and the forms Active Directory writes values in. Pure: strange
// or hostile values become "absent", never a failure of the whole.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/uuid.hpp"
#include "directory/model/filter.hpp"
#include "directory/model/model.hpp"
#include "directory/model/reading.hpp"

namespace kontor::directory {

struct Entry {
  std::string dn;  // without extended parts
  Attributes attributes;
  // The first value; empty when absent.
  std::string_view first(std::string_view name) const;
  // All values; none when absent.
  const std::vector<std::string>& all(std::string_view name) const;
};

// "member;range=0-1499" ([MS-ADTS] 3.1.1.3.1.3.3): name in lower case and where the values begin
// and end; without `last` they go to the end ("4500-*").
struct RangeName {
  std::string attribute;
  std::uint32_t first = 0;
  std::optional<std::uint32_t> last;
};
std::optional<RangeName> parse_range_name(std::string_view name);

// A DN with LDAP_SERVER_EXTENDED_DN ([MS-ADTS] 3.1.1.3.4.1.5): "<GUID=…>;<SID=…>;CN=…".
struct ExtendedDn {
  std::optional<Uuid> guid;
  std::string dn;
};
ExtendedDn parse_extended_dn(std::string_view text);

// FILETIME ([MS-DTYP] 2.3.3) in decimal, as accountExpires writes it, to UTC seconds; nothing for
// "never" (0 and 2^63-1) and for what is no number.
std::optional<std::int64_t> parse_filetime(std::string_view text);

// Mail addresses of an entry: the primary one as written, and all, lower case, each once. From
// proxyAddresses ("SMTP:" leads the primary, "smtp:" the others, other kinds are left out) and
// mail.
struct MailAddresses {
  std::string primary;
  std::vector<std::string> all;
};
MailAddresses mail_addresses(std::string_view mail, const std::vector<std::string>& proxies);

// LDAP filter text of a value (RFC 4515, 3).
std::string filter_escape(std::string_view bytes);

inline constexpr const char* k_ad_source = "ad";  // of every identity in Active Directory

struct DomainNames {
  std::string source = k_ad_source;
  std::string dns;                    // ad.example.com
  std::string netbios;                // AD
  std::string rooms_base;             // user objects below this DN are rooms; empty: none
  std::string lockout_duration = {};  // the domain's lockoutDuration, as written
  std::string policy_attribute = {};  // lower case; empty: none is read
  Reading reading = {};
};

// Whom a value of `member`, read with LDAP_SERVER_EXTENDED_DN, names.
std::optional<PrincipalId> member_of_value(std::string_view value, const DomainNames& names);

struct Converted {
  Principal principal;            // members by GUID; member_of left empty; `policies` as written
  std::string primary_group;      // SID; empty for those without
  bool has_more_members = false;  // the controller cut `member`: read on from members.size()
  std::uint64_t usn = 0;          // uSNChanged
};

// A user, contact or group. bad_input: no objectGUID, or none of these kinds (computers, trusts).
Result<Converted> convert_entry(const Entry& entry, const DomainNames& names);

// What convert_entry reads; to be asked for.
std::vector<std::string> wanted_attributes(const DomainNames& names);

}  // namespace kontor::directory
