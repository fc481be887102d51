// SPDX-License-Identifier: GPL-3.0-or-later
// The options of the verbs domain, the administrator's password, and the settings that joining
// leaves behind.
#pragma once
#include <string>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

// --config, else where the package has it.
std::string config_file(const Request& request);

struct JoinJob {
  std::string file;           // of the settings
  config::Settings settings;  // as they are to be
  bool has_file = false;
  directory::JoinWish wish = {};
  directory::CommandForm form = directory::CommandForm::windows;
};
// bad_input: an option that does not fit, or settings that cannot be read. A file that is missing
// is fine.
Result<JoinJob> join_job(const Request& request);
Result<directory::RolloverWish> rollover_wish(const Request& request);

// Asks for the password of `admin.user`, once: on the terminal without echo, or as a line of the
// standard input when that is none. Nothing when there is no user.
Result<void> ask_password(directory::AdminSignIn& admin);

// The settings of `job` as lines of its file.
std::string settings_lines(const JoinJob& job);
// Writes the settings of `job` into its file, or says in its sentence what to write.
std::string write_settings(const JoinJob& job);

}  // namespace kontor::admin
