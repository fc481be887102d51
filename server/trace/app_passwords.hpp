// SPDX-License-Identifier: GPL-3.0-or-later
// AppPasswords: everybody's app passwords, in memory and in DATA/app-passwords.
//
// kontord keeps and checks them before kontor-directory is asked (docs/decisions, "App passwords in
// kontord"): they go on working while every controller is down, and a revoked one reaches no
// directory. A change is answered when it is on the disk (one whole file, renamed into place) and
// is in force from then on; changes come one after the other, on a thread of its own. The last uses
// are in memory and written beside, in DATA/app-passwords.used, when save_uses() is called: a crash
// loses what came since. A file that cannot be read makes every check and change `unavailable`
// until the administrator has seen to it: nothing is thrown away. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "server/trace/app_password.hpp"

namespace kontor::trace {

struct NewAppPassword {
  directory::PrincipalId owner;
  std::string name;
  std::optional<UtcSeconds> expires = {};
  std::vector<std::string> protocols = {};  // parse_app_password_protocols(); empty: all
  bool by_administrator = false;
};

struct MadeAppPassword {
  AppPassword row;
  std::string secret;  // for the person, once
};

struct ListedAppPassword {
  AppPassword row;
  std::optional<AppPasswordUse> use;
};

// May the person of this session make and revoke his own? no_permission: he signed in with one
// himself, and whoever has a device must not make himself more of them.
Result<void> check_may_manage_app_passwords(const directory::Identity& identity);

class AppPasswords {
 public:
  struct Parts {
    io::FileSystem& files;  // these outlive it
    const config::Settings& settings;
    const Clock& clock;
    log::Context log;
    std::function<void()> revoked = {};  // some may no longer be used; shortly, any thread
  };
  // Reads the files; blocking. What is wrong with them is logged.
  static std::unique_ptr<AppPasswords> open(Parts parts);
  virtual ~AppPasswords() = default;

  // bad_input: the name; limit: he has too many; unsupported: switched off. Of every change:
  // unavailable (the file could not be read), no_space, io_error; nothing is changed then.
  virtual Task<Result<MadeAppPassword>> add(NewAppPassword what) = 0;
  // By its id, or by its name (the oldest of that name). not_found: he has no such one.
  virtual Task<Result<AppPassword>> revoke(directory::PrincipalId owner,
                                           std::string id_or_name) = 0;
  virtual Task<Result<std::size_t>> revoke_all(directory::PrincipalId owner) = 0;
  // They are another person's from now on; how many.
  virtual Task<Result<std::size_t>> give(directory::PrincipalId from,
                                         directory::PrincipalId to) = 0;

  // Of a person, or all; by owner and time.
  virtual std::vector<ListedAppPassword> list(
      const std::optional<directory::PrincipalId>& owner) const = 0;
  // The id of the one that these symbols are, or auth_failed with the true reason; notes the use.
  virtual Result<std::string> check(const directory::PrincipalId& owner,
                                    std::string_view symbols,
                                    const std::string& protocol,
                                    const std::string& address) = 0;
  // Spends the time of a check for somebody who is not known.
  virtual void check_unknown(std::string_view symbols) const = 0;
  // May a session that was signed in with it stay?
  virtual bool is_in_force(const directory::PrincipalId& owner, const std::string& id) const = 0;
  // Writes what is known of the last uses when there is something new. Blocking.
  virtual void save_uses() = 0;
};

}  // namespace kontor::trace
