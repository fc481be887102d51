// SPDX-License-Identifier: GPL-3.0-or-later
// Refresh: makes changes of what a syncrepl session sends (RFC 4533, 3.3), for one connection.
//
// In the refresh stage it collects: everything there is when there was no cookie, else what changed
// and either who is gone (delete phase) or who is still there (present phase). Afterwards, in the
// persist stage, each call of take_changes() gives what came since the last. Pure; one thread.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "directory/ldap/ldap_roster.hpp"
#include "directory/ldap/sync_search.hpp"

namespace kontor::directory {

class Refresh {
 public:
  // `is_complete`: the search began without a cookie. `roster` outlives it.
  Refresh(LdapRoster& roster, LdapNames names, bool is_complete, std::uint32_t loss_percent)
      : roster_(roster),
        names_(std::move(names)),
        is_complete_(is_complete),
        loss_percent_(loss_percent) {}

  void take(SyncEntry entry);
  void take(SyncInfo info);
  bool is_persistent() const { return is_persistent_; }
  std::size_t waiting() const { return round_.records.size() + round_.gone.size(); }
  // A container was renamed: what is known is of no more use, read everything anew.
  bool is_useless() const;
  // The roster brought up to date. Only in the persist stage; empty when there is nothing.
  Changes take_changes();
  // The cookie that stands for all that take_changes() gave; empty: none came.
  const std::string& cookie() const { return taken_cookie_; }

 private:
  void take(SyncNewCookie info);
  void take(SyncPhase info);
  void take(SyncIdSet info);
  void note_cookie(const std::string& cookie) {
    if (!cookie.empty()) cookie_ = cookie;
  }
  Changes finish_refresh();

  LdapRoster& roster_;
  LdapNames names_;
  bool is_complete_;
  std::uint32_t loss_percent_;
  bool is_persistent_ = false;
  bool is_due_ = false;             // the refresh stage is over, and not yet taken
  bool had_present_phase_ = false;  // absence from `present_` is deletion
  std::set<Uuid> present_;
  LdapRoster::Round round_;
  std::string cookie_, taken_cookie_;
};

}  // namespace kontor::directory
