// SPDX-License-Identifier: GPL-3.0-or-later
// Monitor: what programs that watch servers ask over HTTPS.
//
//   /metrics        numbers for Prometheus: counters come from the events of the log, so that both
//                   cannot disagree; no names and no addresses are among them
//   /health         is every part well? 503 when one is not
//   /health/ready   can mail be taken and can people sign in? 503 when not
//
// Details are for http.metrics_networks alone. What costs a look at the disk is looked at once in
// five seconds, on the pool.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/networks.hpp"
#include "base/core/time.hpp"
#include "base/io/disk_room.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "base/net/tls.hpp"
#include "directory/cache/directory_service.hpp"
#include "server/http/routes.hpp"
#include "server/indexer/indexer.hpp"
#include "server/queue/queue.hpp"
#include "server/trace/sessions.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::app {

// All of it outlives the monitor.
struct MonitorEnvironment {
  const config::Settings& settings;
  const log::Log& log;
  const directory::DirectoryService& directory;
  const trace::Sessions& sessions;
  const queue::Queue& queue;
  const store::AccountStore& store;
  const indexer::Indexer& indexer;
  io::WorkPool& disk;
  const Clock& clock;
  std::function<std::shared_ptr<const net::TlsContext>()> certificate;
};

// What is known of one part of the server.
struct PartHealth {
  enum class State : std::uint8_t { ok, warning, problem };
  std::string name;
  State state = State::ok;
  std::string detail;     // a sentence when it is not well; no names of people in it
  bool is_vital = false;  // without it no mail is taken, or nobody signs in
};

class Monitor {
 public:
  explicit Monitor(MonitorEnvironment environment);

  std::vector<http::Route> routes();
  // For kontorctl and tests.
  Task<std::vector<PartHealth>> health();
  Task<std::string> metrics();

 private:
  struct Disk {
    bool is_known = false;
    SteadyTime seen;
    io::DiskRoom room;
    std::string problem;  // why nothing can be written; empty: it can
  };
  Task<Disk> disk();
  Task<Result<http::wire::Response>> answer_health(http::Call call, bool only_vital);
  Task<Result<http::wire::Response>> answer_metrics(http::Call call);

  MonitorEnvironment environment_;
  NetworkList networks_;
  UtcSeconds started_;
  Guarded<Disk> disk_;
};

}  // namespace kontor::app
