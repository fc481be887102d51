// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/latecomers.hpp"

namespace kontor::directory {

void Latecomers::heard(const Uuid& guid, const std::string& database, SteadyTime now) {
  forget_before(now - k_replication_time);
  words_.insert_or_assign(guid, Word{database, now});
}

bool Latecomers::may_be_late(const Uuid& guid, const std::string& database, SteadyTime now) const {
  const auto word = words_.find(guid);
  return word != words_.end() && word->second.database != database &&
         now - word->second.when < k_replication_time;
}

void Latecomers::forget_before(SteadyTime now) {
  std::erase_if(words_, [now](const auto& word) { return word.second.when < now; });
}

std::vector<Uuid> Latecomers::late_at(const std::string& database, SteadyTime now) const {
  std::vector<Uuid> late;
  for (const auto& [guid, word] : words_)
    if (may_be_late(guid, database, now)) late.push_back(guid);
  return late;
}

}  // namespace kontor::directory
