// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that is served by HTTPS, as one table of routes.
#pragma once
#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "directory/gal/book.hpp"
#include "directory/model/sign_in.hpp"
#include "server/http/routes.hpp"
#include "server/policy/policies.hpp"
#include "server/scheduling/scheduler.hpp"
#include "server/trace/guard.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::app {

// All of them outlive the routes.
http::Routes make_web(const config::Settings& settings,
                      const directory::Directory& directory,
                      const directory::SignInService& sign_in,
                      store::AccountStore& store,
                      io::WorkPool& workers,
                      const directory::BookKeeper* books,
                      scheduling::Scheduler& scheduler,
                      const policy::Policies& policies,
                      trace::Guard& guard,
                      const Clock& clock);

}  // namespace kontor::app
