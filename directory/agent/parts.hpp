// SPDX-License-Identifier: GPL-3.0-or-later
// What kontor-directory is made of: sources, mechanisms and password checkers for the settings.
//
// parts.cpp is the one place that knows the implementations; a new source or mechanism is a line
// there. The order of mechanisms is that of settings.sign_in.mechanisms; one that is not built or
// cannot work with these settings is left out.
#pragma once
#include <memory>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/acceptor.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

struct Parts {
  // In the order of the settings, which is their rank. Shared: one may be a password checker, too.
  std::vector<std::shared_ptr<Source>> sources;
  std::vector<std::shared_ptr<PasswordChecker>> checkers;
  std::vector<std::shared_ptr<Mechanism>> mechanisms;  // without PLAIN and LOGIN: those are ours
};

// bad_input: the settings name a source that does not exist. `settings` and `clock` outlive the
// parts.
Result<Parts> make_parts(const config::Settings& settings, const Clock& clock, log::Context log);

}  // namespace kontor::directory
