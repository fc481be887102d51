// SPDX-License-Identifier: GPL-3.0-or-later
// Follower: how the changes of one controller are read, on one connection.
//
// By DirSync where the controller allows it, with the right to replicate or as an ordinary account;
// else by uSNChanged. Blocks; failures are the connection's,
// or conflict: the position is of no more use, everything has to be read anew.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "directory/ldap/reader.hpp"
#include "directory/ldap/roster.hpp"

namespace kontor::directory {

// How far one controller's database has been read.
struct Position {
  std::uint64_t usn = 0;
  std::string cookie;      // of DirSync; empty: by numbers alone
  std::int32_t flags = 0;  // of DirSync, that the cookie was given for
  bool shows_tombstones = false;
};

struct News {
  Delta delta;
  std::vector<Uuid> deleted;                  // the controller said so
  std::map<Uuid, Roster::NewMembers> groups;  // known ones, of which nothing else changed
  bool is_unexplained = false;                // somebody may have gone without a word
};

class Follower {
 public:
  virtual ~Follower() = default;
  virtual std::string name() const = 0;  // for the administrator
  // Are all deletions told? Else those present have to be compared.
  virtual bool tells_deletions() const = 0;
  // What happened after `position`, which moves on to `upto` or further. `known`: who is there.
  virtual Result<News> changes(Position& position, std::uint64_t upto, const Roster& known) = 0;
};

std::unique_ptr<Follower> follow_numbers(const Reader& reader);
std::unique_ptr<Follower> follow_dirsync(const Reader& reader, const Position& position);
// Puts a DirSync cookie for what there is now into `position`. no_permission, bad_input: not with
// these flags.
Result<void> begin_dirsync(const Reader& reader, std::int32_t flags, Position& position);

// Goes on from `position`, or, when it is empty, chooses as `wish` says (ad.follow) and puts the
// controller's present position there. no_permission: `wish` is dirsync and it is refused.
Result<std::unique_ptr<Follower>> begin_following(const Reader& reader,
                                                  const std::string& wish,
                                                  Position& position);

}  // namespace kontor::directory
