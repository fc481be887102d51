// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of GETQUOTA and SETQUOTA (RFC 9208, 4.1); GETQUOTAROOT takes a mailbox. Pure; bad_input
// with a sentence for the client.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_quota_root = 1'024;
inline constexpr std::size_t k_max_quota_resources = 16;

Result<std::string> parse_get_quota(std::string_view text);  // the root's name

struct SetQuota {
  std::string root;
  struct Limit {
    std::string resource;  // upper case
    std::uint64_t limit = 0;
  };
  std::vector<Limit> limits;
};
Result<SetQuota> parse_set_quota(std::string_view text);

}  // namespace kontor::imap::wire
