// SPDX-License-Identifier: GPL-3.0-or-later
// Intake: a message that was fetched, into the mailboxes it is for. Durable when the task ends
// well, once, however often it is tried: its trace is made of the source and the message's id
// there, and with that the EMAILID of each copy (server/delivery).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "server/collector/source.hpp"
#include "server/delivery/delivery.hpp"
#include "server/filter/scan/scanning.hpp"

namespace kontor::collector {

// A message for addresses elsewhere: contacts of a group, target addresses, forwarding.
struct SentOn {
  std::string trace;
  std::string sender;  // reverse-path; empty: <>
  std::string from;    // the address that others stand behind
  std::vector<std::string> to;
  std::string bytes;  // without a Return-Path
};

// A message on its way into mailboxes here.
struct Fetching {
  std::string trace;
  std::string sender;                                          // reverse-path; empty: <>
  std::vector<std::pair<std::string, delivery::Resolved>> to;  // address and who that is
  std::string bytes;                                           // without a Return-Path
};

struct IntakeEnvironment {
  const config::Settings& settings;
  delivery::Delivery& delivery;
  io::WorkPool& workers;  // for large messages
  const Clock& clock;
  // Durable when it returns; unset: nothing goes elsewhere.
  std::function<Task<Result<void>>(SentOn)> send_on = {};
  // Copies for archives; durable when it returns; unset: there are none.
  std::function<Task<Result<void>>(Fetching)> journal = {};
  const filter::Scanning* scanning = nullptr;  // nullptr: nobody looks into it
  message_trace::Sink* trace = nullptr;        // nullptr: nobody is told
  std::optional<log::Context> log = {};        // with scanning
};

struct Arrived {
  std::string trace;
  std::string peer;  // the address of the server it was fetched from
  std::string bytes;
};

struct Intaken {
  bool is_loop = false;     // it is here already, or went around: it stays where it is
  bool is_dropped = false;  // a filter took it, and nobody gets it
  std::string refusal;      // why it is not taken at all, as a virus; empty: it is
  std::size_t recipients = 0;
  std::uint64_t size = 0;
};

// The id of a message in logs, in its Received field and in EMAILIDs.
std::string trace_of(const Source& source, const std::string& validity, const std::string& key);

// The mailbox of a source: not_found, a sentence.
Result<delivery::Resolved> resolve_box(const Source& source, const delivery::Delivery& delivery);

// All outlive the task. over_quota and others: not now.
Task<Result<Intaken>> take_in(const Source& source,
                              const IntakeEnvironment& environment,
                              Arrived arrived);

}  // namespace kontor::collector
