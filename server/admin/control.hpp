// SPDX-License-Identifier: GPL-3.0-or-later
// ControlServer: the administrator's side door, a local socket in the data folder that kontorctl
// speaks to.
//
// The socket (DATA/run/control.sock, mode 0600) is the right to use it: whoever may open it may
// administer. A frame is a 4-byte length (most significant byte first) and JSON; one request, one
// answer a connection (docs/formats/control.md). The verbs stand in one table,
// server/admin/verbs.hpp. A few connections are served at once; the next wait.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/cache/directory_service.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/delivery.hpp"
#include "server/policy/keeper.hpp"
#include "server/queue/queue.hpp"
#include "server/trace/app_passwords.hpp"
#include "server/trace/guard.hpp"
#include "server/trace/services.hpp"
#include "server/trace/sessions.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::collector {
class Collector;  // server/collector/collector.hpp
}
namespace kontor::delivery {
class DomainKeeper;  // server/delivery/domain_keeper.hpp
}
namespace kontor::directory {
class BookKeeper;  // directory/gal/book.hpp
}
namespace kontor::filter::dkim {
class KeyRing;  // server/filter/dkim/key_ring.hpp
}
namespace kontor::filter::dmarc {
class Keeper;  // server/filter/dmarc/keeper.hpp
}
namespace kontor::filter::screening {
class SpamBase;  // server/filter/screening/spam_base.hpp
}
namespace kontor::policy {
class DayCounts;  // server/policy/day_counts.hpp
}
namespace kontor::net {
class TlsContext;  // base/net/tls.hpp
}
namespace kontor::io {
class WorkPool;  // base/io/work_pool.hpp
}
namespace kontor::indexer {
class Searcher;  // server/indexer/searcher.hpp
}
namespace kontor::learning {
class Learner;  // server/learning/learner.hpp
}
namespace kontor::reports {
class Received;   // server/reports/received.hpp
class TlsKeeper;  // server/reports/tls_keeper.hpp
}  // namespace kontor::reports
namespace kontor::rules {
class Engine;  // server/rules/engine.hpp
}
namespace kontor::message_trace {
class Recorder;  // server/message_trace/database/recorder.hpp
}
namespace kontor::moderation {
class Moderation;  // server/moderation/moderation.hpp
}

namespace kontor::quarantine {
class Keeper;  // server/quarantine/keeper.hpp
}

namespace kontor::admin {

class AuditLog;  // server/admin/audit_log.hpp
class Roles;     // server/admin/roles.hpp

// What the verbs work on; everything outlives the server.
struct Environment {
  const config::Settings& settings;
  directory::Directory& directory;
  store::AccountStore& store;
  delivery::Delivery& delivery;
  trace::Sessions& sessions;
  const Clock& clock;
  directory::DirectoryService* directory_service;  // nullptr: none (tests)
  log::Context log;
  trace::Guard* guard = nullptr;                         // nullptr: none (tests)
  queue::Queue* queue = nullptr;                         // nullptr: none (tests)
  policy::Keeper* policies = nullptr;                    // nullptr: none (tests)
  trace::AppPasswords* app_passwords = nullptr;          // nullptr: none (tests)
  indexer::Searcher* searcher = nullptr;                 // nullptr: none (tests)
  AuditLog* audit = nullptr;                             // nullptr: none (tests)
  const directory::BookKeeper* books = nullptr;          // nullptr: none (tests)
  io::WorkPool* workers = nullptr;                       // the book's; nullptr: none (tests)
  filter::dkim::KeyRing* dkim_keys = nullptr;            // nullptr: none (tests)
  const filter::dmarc::Keeper* dmarc_results = nullptr;  // nullptr: none are kept
  std::function<Task<std::uint64_t>()> send_dmarc_reports = {};  // how many letters
  const reports::TlsKeeper* tls_results = nullptr;               // nullptr: none are kept
  std::function<Task<std::uint64_t>()> send_tls_reports = {};    // how many reports
  const reports::Received* received = nullptr;                   // nullptr: none are read
  message_trace::Recorder* trace = nullptr;                      // nullptr: none is kept
  collector::Collector* collector = nullptr;                     // nullptr: none (tests)
  rules::Engine* rules = nullptr;                                // nullptr: none (tests)
  moderation::Moderation* moderation = nullptr;                  // nullptr: none (tests)
  quarantine::Keeper* quarantine = nullptr;                      // nullptr: none (tests)
  learning::Learner* learner = nullptr;                          // nullptr: nothing is learnt
  filter::screening::SpamBase* spam_base = nullptr;              // nullptr: none (tests)
  Roles* roles = nullptr;                                        // nullptr: none (tests)
  trace::Services* services = nullptr;                           // nullptr: none (tests)
  std::function<std::vector<std::string>()> recent_log = {};     // lines, the oldest first
  std::function<std::shared_ptr<const net::TlsContext>()> certificate = {};
  delivery::DomainKeeper* domains = nullptr;      // nullptr: none (tests)
  const policy::DayCounts* day_counts = nullptr;  // nullptr: none (tests)
};

// The socket's path in a data folder.
std::string control_socket(const std::string& data_folder);

class ControlServer {
 public:
  // Makes DATA/run and the socket (one left from an earlier run is replaced) and listens; start()
  // serves. Blocking, shortly. `environment` is copied.
  static Result<std::unique_ptr<ControlServer>> listen(boost::asio::any_io_executor executor,
                                                       const Environment& environment);
  ~ControlServer();
  void start();
  void stop();  // any thread; requests under way get their answers
  // True when every request has its answer; false when the limit ran out. After stop().
  Task<bool> wait_ended(net::Limit limit);

 private:
  struct State;
  explicit ControlServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::admin
