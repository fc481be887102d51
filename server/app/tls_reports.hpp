// SPDX-License-Identifier: GPL-3.0-or-later
// TlsReports: once a day each domain that asks for it is told how TLS with its mail hosts went
// (RFC 8460), by a letter from reports.tls_sender or by HTTPS. A crash in the middle may send a
// report twice.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "base/net/connect.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/dkim/key_ring.hpp"
#include "server/queue/queue.hpp"
#include "server/reports/tls_keeper.hpp"
#include "server/reports/tls_report.hpp"

namespace kontor::app {

class TlsReports {
 public:
  struct Environment {
    const config::Settings& settings;
    reports::TlsKeeper& results;
    const filter::dkim::KeyRing& keys;
    net::Resolver& resolver;
    queue::Queue& queue;
    io::WorkPool& workers;
    io::WorkPool& disk;
    const Clock& clock;
    log::Context log;
  };
  // Reads reports.ca_file. bad_input, not_found: a sentence for the administrator. Blocking.
  static Result<std::unique_ptr<TlsReports>> make(Environment environment);

  // Of the days that are over; `all`: of today as well. Gives the number of reports that were
  // handed over. What failed is tried at the next call. While one is under way, another does
  // nothing.
  Task<std::uint64_t> send(bool all);

 private:
  struct Told {
    std::uint64_t sent = 0;
    bool is_settled = false;  // nothing more is to be done
  };
  // A report as it goes out.
  struct Report {
    reports::TlsReportHead head;
    std::string domain, compressed;
  };
  TlsReports(Environment environment, std::shared_ptr<const net::ClientTlsContext> authorities)
      : environment_(std::move(environment)), authorities_(std::move(authorities)) {}
  Task<Told> tell(reports::Day day, std::string domain, reports::TlsTally tally);
  Task<Result<void>> mail(const Report& report, std::string to);
  Task<Result<void>> post(const Report& report, reports::Destination to);

  Environment environment_;
  std::shared_ptr<const net::ClientTlsContext> authorities_;
  std::atomic<bool> is_sending_ = false;
};

}  // namespace kontor::app
