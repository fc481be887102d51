// SPDX-License-Identifier: GPL-3.0-or-later
// Administration: the ways to administer a server: the control socket for kontorctl, and the
// interface below /api/admin/v1 with its roles and jobs.
#pragma once
#include <memory>

#include "server/admin/control.hpp"
#include "server/app/certificate.hpp"
#include "server/http/cookies.hpp"
#include "server/http/routes.hpp"
#include "server/trace/services.hpp"

namespace kontor::app {

// What the interface is made of; all of it outlives it.
struct Surroundings {
  http::Cookies& cookies;
  http::Routes& web;  // gets the interface
  const log::Log& log;
  const Certificate& certificate;
  trace::Services& services;  // gets its states
};

class Administration {
 public:
  // Reads the roles and listens on the control socket. `environment` outlives it, and gets what
  // verbs need of the rest. Blocks, shortly.
  static Result<std::unique_ptr<Administration>> open(boost::asio::any_io_executor executor,
                                                      admin::Environment& environment,
                                                      const Surroundings& around);
  ~Administration();
  void start();
  void stop();  // any thread; requests to the socket that are under way get their answers
  // As ControlServer::wait_ended(); then the jobs have ended, too.
  Task<bool> wait_ended(net::Limit limit);

 private:
  struct Parts;
  explicit Administration(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace kontor::app
