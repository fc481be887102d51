// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/administration.hpp"

#include "base/io/work_pool.hpp"
#include "server/admin/api/api.hpp"
#include "server/admin/service_states.hpp"
#include "server/admin/verbs.hpp"
#include "server/app/process.hpp"

namespace kontor::app {

struct Administration::Parts {
  Parts(const admin::Environment& environment, std::unique_ptr<admin::Roles> known)
      : roles(std::move(known)),
        desk{environment, environment.clock.now()},
        jobs(sibling_program("kontorctl"),
             environment.settings.server.data_folder,
             environment.clock,
             environment.log) {}

  std::unique_ptr<admin::Roles> roles;
  admin::Desk desk;
  admin::api::Jobs jobs;
  std::unique_ptr<admin::ControlServer> control;
};

Administration::Administration(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Administration::~Administration() = default;

Result<std::unique_ptr<Administration>> Administration::open(boost::asio::any_io_executor executor,
                                                             admin::Environment& environment,
                                                             const Surroundings& around) {
  KONTOR_TRY(auto roles, admin::Roles::open(io::real_file_system(),
                                            environment.settings.server.data_folder + "/roles",
                                            *environment.workers));
  environment.roles = roles.get();
  KONTOR_TRY(admin::load_services(around.services, environment.settings.server.data_folder));
  environment.services = &around.services;
  environment.recent_log = [&log = around.log] { return log.recent(); };
  environment.certificate = [&certificate = around.certificate] { return certificate.current(); };
  auto parts = std::make_unique<Parts>(environment, std::move(roles));
  KONTOR_TRY(parts->control, admin::ControlServer::listen(std::move(executor), environment));
  around.web.add(admin::api::routes({parts->desk, *parts->roles, around.cookies, &parts->jobs}));
  return std::unique_ptr<Administration>(new Administration(std::move(parts)));
}

void Administration::start() { parts_->control->start(); }

void Administration::stop() {
  parts_->desk.imports->stop();
  parts_->control->stop();
}

Task<bool> Administration::wait_ended(net::Limit limit) {
  auto work = [this] { parts_->jobs.stop(); };
  co_await io::on_pool(*parts_->desk.environment.workers, std::move(work));
  co_return co_await parts_->control->wait_ended(limit);
}

}  // namespace kontor::app
