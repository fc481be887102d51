// SPDX-License-Identifier: GPL-3.0-or-later
// The source "ad": people and groups of one Active Directory domain.
//
// It reads everybody from one controller, then follows it: a notification wakes it,
// highestCommitted- USN is asked about three times a second, and what lies above the last number is
// read. Deletions an ordinary account is not shown are noticed as numbers that no entry accounts
// for; then the GUIDs of everybody are compared, and each one missing is asked for before it is
// called gone. When the controller fails, the next one is used; numbers are kept for each
// controller's database. Everything again once a day, at a database never seen, and on request.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "directory/krb/controllers.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

// `settings` outlive it.
std::unique_ptr<Source> make_ad_source(const config::Settings& settings,
                                       std::shared_ptr<Controllers> controllers);

}  // namespace kontor::directory
