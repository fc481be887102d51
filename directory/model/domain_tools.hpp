// SPDX-License-Identifier: GPL-3.0-or-later
// What kontorctl does with an Active Directory domain itself: check, join, change the keys.
//
// The programs that work with the keytab are kontor-directory and, run by an administrator,
// kontorctl; kontord never does. Implemented in directory/domain. Blocks for seconds; one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"

namespace kontor::directory {

enum class Verdict : std::uint8_t { ok, warning, wrong };

// One precondition: what was found, in a sentence, and what to do about it (nothing when fine).
struct CheckRow {
  std::string name;  // "dns.name"; constant, for programs
  Verdict verdict = Verdict::ok;
  std::string sentence = {};
  std::string remedy = {};
};

// With whose rights the domain is written. Nothing of it is kept.
struct AdminSignIn {
  std::string user;      // empty: the ticket in the caller's own cache (kinit)
  std::string password;  // of `user`
};

struct JoinWish {
  AdminSignIn admin = {};
  bool service_account = false;            // a user; else a machine account
  std::string account = {};                // empty: the short name of the host
  std::string parent = {};                 // DN of the container; empty: the domain's own default
  std::vector<std::string> services = {};  // of the service principal names; empty: all
  bool reuse = false;                      // an account of that name gets a new password
  bool force = false;                      // a keytab of another account is replaced
  std::string settings_file = {};          // for commands that are printed
};

// For whom commands are printed: a controller's PowerShell, samba-tool on a Samba controller, adcli
// on this machine.
enum class CommandForm : std::uint8_t { windows, samba, adcli };

struct Joined {
  std::string account, dn, controller, keytab_file;
  std::uint32_t kvno = 0;
  std::vector<std::string> names;  // service principal names
  bool was_there = false;
};

struct RolloverWish {
  std::uint32_t older_than_days = 0;  // newer keys are left alone; 0: change them in any case
  std::uint32_t ticket_hours = 10;    // longest life of a ticket in the domain
};

struct RolledOver {
  bool changed = false;
  std::string account = {};
  std::uint32_t kvno = 0;                   // in force
  std::vector<std::uint32_t> kept = {};     // older ones that tickets may still need
  std::vector<std::uint32_t> dropped = {};  // taken out of the keytab
};

class DomainTools {
 public:
  virtual ~DomainTools() = default;
  // Every precondition, in the order in which they build on each other. Changes nothing.
  virtual std::vector<CheckRow> check(const config::Settings& settings) = 0;
  // Makes or takes over the account, and writes `ad.keytab_file`. exists: an account of that name,
  // and no leave to take it over; conflict: a service principal name belongs to another account.
  virtual Result<Joined> join(const config::Settings& settings, const JoinWish& wish) = 0;
  // The same as commands that an administrator runs himself. Asks nobody.
  virtual Result<std::string> commands(const config::Settings& settings,
                                       const JoinWish& wish,
                                       CommandForm form) = 0;
  // Gives the account a new password with its own key; old keys stay while tickets may need them.
  virtual Result<RolledOver> rollover(const config::Settings& settings,
                                      const RolloverWish& wish) = 0;
};

}  // namespace kontor::directory
