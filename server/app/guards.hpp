// SPDX-License-Identifier: GPL-3.0-or-later
// Guards: what keeps unwanted mail away and what it holds, put together: signs in headers, the
// quarantine, what is learnt of spam, the files of the greylist and of servers that send spam, who
// may send after a sign-in by POP3; and the mail domains that kontorctl was told.
#pragma once
#include <memory>

#include "server/admin/control.hpp"
#include "server/filter/screening/screening.hpp"
#include "server/imap/server.hpp"
#include "server/pop3/server.hpp"
#include "server/smtp/server.hpp"

namespace kontor::app {

// All of it outlives the guards.
struct GuardsEnvironment {
  const config::Settings& settings;
  directory::Directory& directory;
  const policy::Policies& policies;
  store::AccountStore& store;
  delivery::Delivery& delivery;
  queue::Queue& queue;
  filter::Screening& screening;
  io::WorkPool& workers;
  const Clock& clock;
  log::Context log;
  message_trace::Sink* trace = nullptr;
};

class Guards {
 public:
  // Reads what is kept. bad_input: learning.password_file is not in order. Blocks.
  static Result<std::unique_ptr<Guards>> open(GuardsEnvironment environment);
  ~Guards();

  // Those who ask them; each outlived by the guards.
  void serve(smtp::Environment& smtp,
             imap::Environment& imap,
             pop3::Environment& pop3,
             admin::Environment& admin);

  // Held mail that nobody asked for, letters about it, public folders for spam; and what rspamd is
  // to learn. Until stop().
  Task<void> run();
  void stop();
  // Writes what changed. Blocks.
  void save();

 private:
  struct State;
  explicit Guards(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::app
