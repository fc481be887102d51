// SPDX-License-Identifier: GPL-3.0-or-later
// DmarcReports: once a day each domain that asks for it is told how its mail did here (RFC 7489,
// 7.2), by a letter from checks.report_sender. An address of another organisation gets it only when
// its domain says in the DNS that it wants to (7.1). A crash in the middle may send a report twice.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/dmarc/keeper.hpp"
#include "server/filter/dmarc/suffixes.hpp"
#include "server/queue/queue.hpp"

namespace kontor::app {

class DmarcReports {
 public:
  struct Environment {
    const config::Settings& settings;
    filter::dmarc::Keeper& results;
    net::Resolver& resolver;
    queue::Queue& queue;
    io::WorkPool& workers;
    io::WorkPool& disk;
    const Clock& clock;
    log::Context log;
  };
  explicit DmarcReports(Environment environment) : environment_(std::move(environment)) {}

  // Of the days that are over; `all`: of today as well. Gives the number of letters. What failed is
  // tried at the next call. While one is under way, another does nothing.
  Task<std::uint64_t> send(bool all);

 private:
  struct Told {
    std::uint64_t letters = 0;
    bool is_settled = false;  // nothing more is to be done
  };
  Task<Told> tell(filter::dmarc::Day day,
                  filter::dmarc::Published published,
                  filter::dmarc::Outcomes outcomes);
  Task<Result<bool>> is_wanted(std::string domain, std::string address);

  Environment environment_;
  filter::dmarc::Suffixes suffixes_;
  std::atomic<bool> is_sending_ = false;
};

}  // namespace kontor::app
