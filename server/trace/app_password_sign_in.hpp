// SPDX-License-Identifier: GPL-3.0-or-later
// The sign-in service with app passwords in front: what has the form of one is checked here, every
// other password and every ticket goes on to kontor-directory.
//
// PLAIN and LOGIN are begun there only when their password is none of ours, so that app passwords
// need neither that process nor a controller. The account counts as for every sign-in: unknown,
// disabled and expired ones are refused, and so are a time outside logonHours, an account that
// requires a smart card, and Protected Users. What concerns the directory's own password alone does
// not count: locked out, must be changed.
// Stands behind the Guard (guarded_sign_in.hpp), which counts what is refused here.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/sign_in.hpp"
#include "server/trace/app_passwords.hpp"

namespace kontor::trace {

struct AppPasswordSignInParts {  // all of them outlive it
  const config::Settings& settings;
  directory::SignInService& service;
  const directory::Directory& directory;
  AppPasswords& passwords;
  const Clock& clock;
  log::Context log;
};

std::unique_ptr<directory::SignInService> app_password_sign_in(AppPasswordSignInParts parts);

}  // namespace kontor::trace
