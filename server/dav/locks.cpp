// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/locks.hpp"

#include <algorithm>

namespace kontor::dav {
namespace {

constexpr std::size_t k_most = 10'000;
constexpr std::size_t k_most_of_one = 500;

// RFC 4918, 7.4: a deep lock holds for what lies below.
bool holds(const Lock& lock, std::string_view path) {
  return lock.path == path || (lock.is_deep && path.starts_with(lock.path));
}

}  // namespace

void Locks::drop_old(Table& table) const {
  std::erase_if(table, [now = clock_.steady()](const auto& one) { return one.second.ends <= now; });
}

Result<Lock> Locks::add(Lock lock) {
  lock.ends = clock_.steady() + lock.timeout;
  return table_.with([&](Table& table) -> Result<Lock> {
    drop_old(table);
    std::size_t own = 0;
    for (const auto& [token, other] : table) {
      if (other.holder == lock.holder) ++own;
      const bool meet =
          holds(other, lock.path) || (lock.is_deep && other.path.starts_with(lock.path));
      if (meet && !(other.is_shared && lock.is_shared)) return fail(Errc::conflict, "it is locked");
    }
    if (table.size() >= k_most || own >= k_most_of_one) return fail(Errc::limit, "too many locks");
    table.emplace(lock.token, lock);
    return lock;
  });
}

Result<Lock> Locks::refresh(std::string_view token,
                            std::string_view path,
                            const directory::PrincipalId& holder,
                            std::chrono::seconds timeout) {
  return table_.with([&](Table& table) -> Result<Lock> {
    drop_old(table);
    const auto found = table.find(token);
    if (found == table.end() || found->second.holder != holder || !holds(found->second, path))
      return fail(Errc::not_found, "no such lock");
    found->second.timeout = timeout;
    found->second.ends = clock_.steady() + timeout;
    return found->second;
  });
}

Result<void> Locks::remove(std::string_view token,
                           std::string_view path,
                           const directory::PrincipalId& holder) {
  return table_.with([&](Table& table) -> Result<void> {
    drop_old(table);
    const auto found = table.find(token);
    if (found == table.end() || !holds(found->second, path))
      return fail(Errc::not_found, "no such lock");
    if (found->second.holder != holder) return fail(Errc::no_permission, "another person's lock");
    table.erase(found);
    return {};
  });
}

std::vector<Lock> Locks::holding(std::string_view path, bool below) const {
  return table_.with([&](Table& table) {
    drop_old(table);
    std::vector<Lock> out;
    for (const auto& [token, lock] : table)
      if (holds(lock, path) || (below && lock.path.starts_with(path))) out.push_back(lock);
    return out;
  });
}

void Locks::forget(std::string_view path) {
  table_.with([&](Table& table) {
    std::erase_if(table, [&](const auto& one) { return one.second.path.starts_with(path); });
  });
}

}  // namespace kontor::dav
