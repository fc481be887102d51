// SPDX-License-Identifier: GPL-3.0-or-later
// ReceivedReports: DMARC and TLS reports that come into the mailboxes of reports.addresses are read
// and kept (server/reports/received.hpp); the message stays where it is.
//
// One message at a time is read: what it unpacks to is large. Counted is only what is about a
// domain of this server and of a time that has been. Any thread.
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "base/net/task_group.hpp"
#include "directory/model/model.hpp"
#include "server/reports/received.hpp"

namespace kontor::app {

class ReceivedReports {
 public:
  struct Environment {
    const config::Settings& settings;
    const directory::Directory& directory;
    reports::Received& received;
    io::WorkPool& workers;
    net::TaskGroup& tasks;
    boost::asio::any_io_executor executor;
    const Clock& clock;
    log::Context log;
  };
  explicit ReceivedReports(Environment environment) : environment_(std::move(environment)) {}

  // Reads it in a task of its own. `header` is that of the message.
  void consider(std::shared_ptr<const std::string> message, std::string header);

 private:
  Task<void> take(std::shared_ptr<const std::string> message, std::string header);
  Result<void> read(const std::string& message, const std::string& header) const;
  template <class Report>
  Result<void> check(const Report& report, std::string_view domain) const;

  Environment environment_;
  Guarded<int> reading_;
};

}  // namespace kontor::app
