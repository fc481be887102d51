// SPDX-License-Identifier: GPL-3.0-or-later
// The logon information of a Kerberos ticket's PAC: who signs in and which groups he is in.
//
// KERB_VALIDATION_INFO ([MS-PAC] 2.5) as NDR ([MS-RPCE] 2.2.6: type serialization version 1), as
// urn:mspac:logon-info gives it. The KDC signed it, but it is read as a stranger's bytes: pure,
// every length checked, at most k_max_sids identifiers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

inline constexpr std::size_t k_max_sids = 4'096;

struct LogonInfo {
  Sid user;
  std::vector<Sid> groups;   // primary, global, extra (nested, other domains) and resource groups
  std::string account_name;  // sAMAccountName
  std::string domain;        // NetBIOS name
};

// bad_input: not such a structure. limit: more identifiers than k_max_sids.
Result<LogonInfo> parse_logon_info(std::string_view ndr);

}  // namespace kontor::directory
