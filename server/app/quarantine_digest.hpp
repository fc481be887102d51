// SPDX-License-Identifier: GPL-3.0-or-later
// The letter that tells somebody, once a day, which mail to him is held in quarantine, in each
// language of queue.notice_languages.
#pragma once
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/model.hpp"
#include "server/policy/policies.hpp"
#include "server/quarantine/keeper.hpp"
#include "server/queue/queue.hpp"

namespace kontor::app {

struct Digest {
  std::string server;   // server.name
  std::string address;  // whose
  std::vector<std::string> languages;
  UtcSeconds date{};
  std::chrono::seconds keep{};
  std::vector<quarantine::Row> rows;  // the newest first
};
// A whole message. Pure.
std::string digest_text(const Digest& digest);

// All of it outlives the tasks.
struct DigestEnvironment {
  const config::Settings& settings;
  directory::Directory& directory;
  const policy::Policies& policies;
  quarantine::Keeper& keeper;
  queue::Queue& queue;
  const Clock& clock;
  log::Context log;
};
// Sends what is due: a day after the last ones, to those whom policy lets see their held mail, of
// what was held since. How many letters.
Task<std::size_t> send_digests(const DigestEnvironment& environment);

}  // namespace kontor::app
