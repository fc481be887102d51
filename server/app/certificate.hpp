// SPDX-License-Identifier: GPL-3.0-or-later
// Certificate: the TLS context that new connections use, renewed without a restart.
//
// The administrator's files, or, when none are set, those the server makes in DATA/tls. refresh()
// looks whether they changed; unusable new files are reported and the context before stays.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "base/net/tls.hpp"

namespace kontor::app {

// Loads what the settings name, making it when they name nothing. Blocking.
Result<net::TlsFiles> certificate_files(const config::Settings& settings, UtcSeconds now);

class Certificate {
 public:
  // Loads the first context and warns of what will trouble clients. Blocking. `settings` and
  // `clock` outlive it.
  static Result<std::unique_ptr<Certificate>> load(const config::Settings& settings,
                                                   const Clock& clock,
                                                   log::Context log);

  std::shared_ptr<const net::TlsContext> current() const;  // any thread; never null
  // Loads the files again when they changed, or when `always`; warns once a day. Blocking; one
  // caller at a time.
  void refresh(bool always);

 private:
  Certificate(const config::Settings& settings, const Clock& clock, log::Context log);
  Result<void> reload();
  void warn();

  const config::Settings& settings_;
  const Clock& clock_;
  log::Context log_;
  std::string stamp_;
  UtcSeconds warned_{};
  Guarded<std::shared_ptr<const net::TlsContext>> context_;  // shared with its connections
};

}  // namespace kontor::app
