// SPDX-License-Identifier: GPL-3.0-or-later
// Joining: an account for the server, its names, its keys in the keytab.
//
// The account is written first, then the keytab: after a failure in between, the same command with
// leave to reuse the account finishes the work. Old keys of the same account stay in the keytab for
// tickets that are out.
#pragma once
#include <string>
#include <vector>

#include "directory/krb/keytab_file.hpp"
#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

Result<Joined> join_domain(const config::Settings& settings, const JoinWish& wish);

// What a join is about, worked out of settings and wish. bad_input: it cannot be done so. Pure.
struct JoinPlan {
  std::string host;                // server.name, lower case
  std::string account;             // sAMAccountName
  std::string principal;           // as the keytab has it
  std::vector<std::string> names;  // service principal names
};
Result<JoinPlan> plan_join(const config::Settings& settings, const JoinWish& wish);

// Whose the keytab is: server.user, else the caller. not_found: the machine has no such user.
Result<Owner> keytab_owner(const config::Settings& settings);

// Keys of one number under each of `names`. Pure.
std::vector<KeytabEntry> entries_of(const std::string& realm,
                                    const std::vector<std::string>& names,
                                    const std::vector<Key>& keys,
                                    std::uint32_t kvno,
                                    std::int64_t now);

}  // namespace kontor::directory
