// SPDX-License-Identifier: GPL-3.0-or-later
// The collector of this server: what it fetches for addresses elsewhere goes into the queue.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "base/io/work_pool.hpp"
#include "server/collector/collector.hpp"
#include "server/delivery/delivery.hpp"
#include "server/filter/scan/scanning.hpp"
#include "server/moderation/moderation.hpp"
#include "server/queue/queue.hpp"
#include "server/smtp/journalled.hpp"

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
  const smtp::Journalling* journalling = nullptr;  // nullptr: nothing is journalled
  const filter::Scanning* scanning = nullptr;      // nullptr: nobody looks into it
  message_trace::Sink* trace = nullptr;            // nullptr: nobody is told
};

// Reads DATA/collector. Blocking.
std::unique_ptr<collector::Collector> open_collector(const CollectedMail& parts);

// Copies for archives of a message that a moderator lets go on.
Task<Result<void>> keep_released(const smtp::Journalling& parts, moderation::Released mail);

}  // namespace kontor::app
