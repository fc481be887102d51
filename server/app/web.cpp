// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/web.hpp"

#include "server/app/console.hpp"
#include "server/app/sts.hpp"
#include "server/autodiscover/routes.hpp"
#include "server/dav/routes.hpp"

namespace kontor::app {

http::Routes make_web(const config::Settings& settings,
                      const directory::Directory& directory,
                      const directory::SignInService& sign_in,
                      store::AccountStore& store,
                      io::WorkPool& workers,
                      const directory::BookKeeper* books,
                      scheduling::Scheduler& scheduler,
                      const policy::Policies& policies,
                      trace::Guard& guard,
                      const Clock& clock) {
  http::Routes all;
  all.add(console_routes());
  all.add(own_policy_route(settings, directory));
  all.add(autodiscover::routes({settings, directory, sign_in, clock}));
  all.add(dav::routes(
      {settings, directory, store, clock, books, &workers, &scheduler, &policies, &guard}));
  return all;
}

}  // namespace kontor::app
