// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/web.hpp"

#include "server/app/console.hpp"
#include "server/app/sts.hpp"
#include "server/autodiscover/routes.hpp"
#include "server/dav/routes.hpp"

namespace kontor::app {
namespace {

// For load balancers and monitors: is there a server that knows its people?
Task<Result<http::wire::Response>> health(const directory::Directory& directory) {
  const bool is_well = directory.current()->generation() > 0;
  co_return http::wire::Response{is_well ? 200 : 503, "text/plain; charset=utf-8",
                                 is_well ? "ok\n" : "no people are known yet\n"};
}

}  // namespace

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
  all.add({"/health", {"GET"}, http::Access::anybody, [&directory](http::Call) {
             return health(directory);
           }});
  all.add(console_routes());
  all.add(own_policy_route(settings, directory));
  all.add(autodiscover::routes({settings, directory, sign_in, clock}));
  all.add(dav::routes(
      {settings, directory, store, clock, books, &workers, &scheduler, &policies, &guard}));
  return all;
}

}  // namespace kontor::app
