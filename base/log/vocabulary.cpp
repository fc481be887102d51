// SPDX-License-Identifier: GPL-3.0-or-later
// Each base/log/events/AREA.hpp ends with an array k_AREA_events of its kinds; here they come
// together. A test reads the headers and fails for a kind that is missing here.
#include <algorithm>

#include "base/log/events/admin.hpp"
#include "base/log/events/delivery.hpp"
#include "base/log/events/directory.hpp"
#include "base/log/events/imap.hpp"
#include "base/log/events/log.hpp"
#include "base/log/events/server.hpp"
#include "base/log/events/smtp.hpp"
#include "base/log/events/store.hpp"
#include "base/log/log.hpp"

namespace kontor::log {
namespace {

std::vector<const EventKind*> gather() {
  std::vector<const EventKind*> all;
  const auto add = [&all](const auto& kinds) { all.insert(all.end(), kinds.begin(), kinds.end()); };
  add(events::k_admin_events);
  add(events::k_delivery_events);
  add(events::k_directory_events);
  add(events::k_imap_events);
  add(events::k_log_events);
  add(events::k_server_events);
  add(events::k_store_events);
  add(events::k_smtp_events);
  std::ranges::sort(all, {}, &EventKind::name);
  return all;
}

}  // namespace

const std::vector<const EventKind*>& vocabulary() {
  static const auto all = gather();
  return all;
}

}  // namespace kontor::log
