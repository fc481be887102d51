// SPDX-License-Identifier: GPL-3.0-or-later
// What a connection of any protocol needs of the server; everything outlives it.
#pragma once
#include <functional>
#include <memory>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "base/net/stream.hpp"
#include "directory/model/sign_in.hpp"
#include "server/trace/sessions.hpp"

namespace kontor::line {

struct Environment {
  const config::Settings& settings;
  directory::SignInService& sign_in;
  trace::Sessions& sessions;
  const Clock& clock;
  std::function<std::shared_ptr<const net::TlsContext>()> tls;  // the certificate of now
  log::Context log;
};

}  // namespace kontor::line
