// SPDX-License-Identifier: GPL-3.0-or-later
// The collector of this server: what it fetches for addresses elsewhere goes into the queue.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "base/io/work_pool.hpp"
#include "server/collector/collector.hpp"
#include "server/delivery/delivery.hpp"
#include "server/queue/queue.hpp"

namespace kontor::app {

// Everything outlives the collector.
struct CollectedMail {
  const config::Settings& settings;
  delivery::Delivery& delivery;
  queue::Queue& queue;
  net::Resolver& resolver;
  io::WorkPool& workers;
  io::WorkPool& disk;
  boost::asio::any_io_executor executor;
  const Clock& clock;
  log::Context log;
};

// Reads DATA/collector. Blocking.
std::unique_ptr<collector::Collector> open_collector(const CollectedMail& parts);

}  // namespace kontor::app
