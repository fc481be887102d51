// SPDX-License-Identifier: GPL-3.0-or-later
// The indexes of a DirectoryCopy, all of them persistent: a change touches what it is about.
//
// Only directory/model includes this. put() and remove() are for the one thread that builds a copy;
// afterwards it is read-only and any thread may read it.
#pragma once
#include <map>
#include <mutex>

#include "directory/model/hashes.hpp"
#include "directory/model/model.hpp"
#include "directory/model/persistent_map.hpp"

namespace kontor::directory {

struct DirectoryCopy::Index {
  using Entry = std::shared_ptr<const Principal>;  // shared: sessions keep theirs past the copy
  using IdSet = PersistentMap<PrincipalId, char, IdHash>;
  using Claims = std::vector<PrincipalId>;  // who claims a name, by rank and id; mostly one

  std::uint64_t generation = 0;
  PersistentMap<PrincipalId, Entry, IdHash> principals;
  PersistentMap<std::string, Claims, TextHash> addresses;  // folded
  PersistentMap<std::string, Claims, TextHash> logins;     // see login_keys() in index.cpp
  PersistentMap<std::string, Claims, TextHash> x500;       // folded
  PersistentMap<std::string, PrincipalId, TextHash> sids;
  PersistentMap<std::string, std::uint32_t, TextHash> old_sids;  // how many histories hold it
  PersistentMap<std::string, std::uint32_t, TextHash> domains;   // how many addresses
  PersistentMap<std::string, char, TextHash> contested;          // addresses with several claimants
  PersistentMap<std::string, char, TextHash> contested_logins;   // full names with several
  PersistentMap<PrincipalId, std::string, IdHash> left_out;      // what normalise() found
  PersistentMap<PrincipalId, IdSet, IdHash> groups_of;  // from `members`: who is named by which
  PersistentMap<PrincipalId, IdSet, IdHash> named_by;   // from `member_of`: who names the group

  Index() = default;
  Index(const Index& other);  // shares everything; the lists below are made anew
  Index& operator=(const Index&) = delete;
  void put(Principal principal);  // new or instead of the one with its id
  void remove(const PrincipalId& id);

  Entry find(const PrincipalId& id) const;
  // Claimants of a login key, persons all of them.
  const Claims* find_login(char kind, std::string_view key) const;
  // The one claimant whose rank is lower than that of all others; nullptr: there is none.
  Entry owner_of(const Claims* claims) const;
  const std::vector<Entry>& sorted() const;
  const std::vector<std::string>& problem_list() const;

 private:
  void add_claim(Claims& claims, const Principal& principal) const;
  std::string label_of(const PrincipalId& id) const;
  void link_names(const Principal& principal);
  void unlink_names(const Principal& principal);
  void claim_address(const std::string& address, const Principal& principal);
  void release_address(const std::string& address, const Principal& principal);
  void relink(const Principal* before, const Principal* after);

  mutable std::once_flag sorted_once_, problems_once_;
  mutable std::vector<Entry> sorted_;
  mutable std::vector<std::string> problems_;
};

}  // namespace kontor::directory
