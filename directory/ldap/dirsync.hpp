// SPDX-License-Identifier: GPL-3.0-or-later
// The control of DirSync, LDAP_SERVER_DIRSYNC_OID ([MS-ADTS] 3.1.1.3.4.1.3). Pure.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::directory {

// Flags. Without the first the caller needs the right to replicate, and is shown everything,
// deletions included; with it, an ordinary account is shown what it may read.
inline constexpr std::int32_t k_dirsync_object_security = 1;
// Of a linked attribute only the values that changed come: "member;range=1-1" those that were
// added, "member;range=0-0" those that were removed.
inline constexpr std::int32_t k_dirsync_incremental_values =
    std::numeric_limits<std::int32_t>::min();  // 0x80000000

struct DirSyncAnswer {
  bool has_more = false;  // ask again at once
  std::string cookie;     // stands for what was told; opaque
};

std::string encode_dirsync(std::int32_t flags, std::string_view cookie);
// bad_input: not the control's value.
Result<DirSyncAnswer> parse_dirsync(std::string_view value);

}  // namespace kontor::directory
