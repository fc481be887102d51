// SPDX-License-Identifier: GPL-3.0-or-later
// What was heard from one controller a short while ago, and another may not know yet.
//
// Controllers tell each other changes seconds to minutes later. When another one is followed, its
// silence about somebody who was just made is not his end, nor is its word for somebody who was
// just deleted his return. Pure; one thread.
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "base/core/uuid.hpp"
#include "directory/ldap/entry.hpp"

namespace kontor::directory {

// As long as it takes within a site and between near ones; the daily reading settles the rest.
inline constexpr std::chrono::minutes k_replication_time{15};

class Latecomers {
 public:
  // `database` said something new of this one.
  void heard(const Uuid& guid, const std::string& database, SteadyTime now);
  // May `database` not know yet what another one said of him?
  bool may_be_late(const Uuid& guid, const std::string& database, SteadyTime now) const;
  // All of `database` was believed: what others said before counts no more.
  void forget_before(SteadyTime now);
  // Those another database than this one spoke of.
  std::vector<Uuid> late_at(const std::string& database, SteadyTime now) const;

 private:
  struct Word {
    std::string database;
    SteadyTime when;
  };
  std::map<Uuid, Word> words_;
};

}  // namespace kontor::directory
