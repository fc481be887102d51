// SPDX-License-Identifier: GPL-3.0-or-later
// Each base/log/events/AREA.hpp ends with an array k_AREA_events of its kinds; here they come
// together. A test reads the headers and fails for a kind that is missing here.
#include <algorithm>

#include "base/log/events/admin.hpp"
#include "base/log/events/app_password.hpp"
#include "base/log/events/checks.hpp"
#include "base/log/events/collector.hpp"
#include "base/log/events/delivery.hpp"
#include "base/log/events/directory.hpp"
#include "base/log/events/extract.hpp"
#include "base/log/events/http.hpp"
#include "base/log/events/imap.hpp"
#include "base/log/events/indexer.hpp"
#include "base/log/events/journal.hpp"
#include "base/log/events/ldap.hpp"
#include "base/log/events/log.hpp"
#include "base/log/events/managesieve.hpp"
#include "base/log/events/message_trace.hpp"
#include "base/log/events/moderation.hpp"
#include "base/log/events/policy.hpp"
#include "base/log/events/pop3.hpp"
#include "base/log/events/quarantine.hpp"
#include "base/log/events/queue.hpp"
#include "base/log/events/relay.hpp"
#include "base/log/events/reports.hpp"
#include "base/log/events/rules.hpp"
#include "base/log/events/scheduling.hpp"
#include "base/log/events/server.hpp"
#include "base/log/events/smtp.hpp"
#include "base/log/events/store.hpp"
#include "base/log/line.hpp"
#include "base/log/log.hpp"

namespace kontor::log {
namespace {

std::vector<const EventKind*> gather() {
  std::vector<const EventKind*> all;
  const auto add = [&all](const auto& kinds) { all.insert(all.end(), kinds.begin(), kinds.end()); };
  add(events::k_admin_events);
  add(events::k_app_password_events);
  add(events::k_checks_events);
  add(events::k_collector_events);
  add(events::k_delivery_events);
  add(events::k_directory_events);
  add(events::k_extract_events);
  add(events::k_http_events);
  add(events::k_imap_events);
  add(events::k_indexer_events);
  add(events::k_journal_events);
  add(events::k_ldap_events);
  add(events::k_log_events);
  add(events::k_message_trace_events);
  add(events::k_moderation_events);
  add(events::k_policy_events);
  add(events::k_rules_events);
  add(events::k_scheduling_events);
  add(events::k_managesieve_events);
  add(events::k_pop3_events);
  add(events::k_quarantine_events);
  add(events::k_relay_events);
  add(events::k_reports_events);
  add(events::k_queue_events);
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

std::string events_markdown() {
  std::string out =
      "# Events\n\nEvery event of the log, by name: what it says and what to do about it. Made "
      "from "
      "`base/log/events/`.\nEach event is counted, whether its level is written or not.\n";
  std::string_view area;
  for (const EventKind* event : vocabulary()) {
    const auto own_area = event->name.substr(0, event->name.find('.'));
    if (own_area != area) {
      area = own_area;
      out.append("\n## ").append(area).append("\n\n");
    }
    out.append("- `").append(event->name).append("` (").append(level_name(event->level));
    out.append("): ").append(event->meaning);
    if (!event->action.empty()) out.append(" *").append(event->action).append("*");
    out.append("\n");
  }
  return out;
}

}  // namespace kontor::log
