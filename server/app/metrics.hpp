// SPDX-License-Identifier: GPL-3.0-or-later
// What /metrics says (docs/admin/monitoring.md names each number). Blocks for the length of a few
// reads of /proc; any thread.
#pragma once
#include <string>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/cache/directory_service.hpp"
#include "server/indexer/indexer.hpp"
#include "server/queue/queue.hpp"
#include "server/trace/sessions.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::app {

struct MetricsSource {
  const config::Settings& settings;
  const log::Log& log;
  const directory::DirectoryService& directory;
  const trace::Sessions& sessions;
  const queue::Queue& queue;
  const store::AccountStore& store;
  const indexer::Indexer& indexer;
  const Clock& clock;
  UtcSeconds started, certificate_expires;
  std::uint64_t disk_free = 0, disk_size = 0, files_free = 0;
};

std::string metrics_text(const MetricsSource& source);

}  // namespace kontor::app
