// SPDX-License-Identifier: GPL-3.0-or-later
// Filing: one message into one mailbox as the active script of its owner wants it.
//
// First the message is stored where it goes, then sent on, then its sender answered, and last what
// the script has to remember is noted: what comes later can be done again, and a message that was
// sent on is never lost for a full mailbox. A step that was done by an earlier try is passed over:
// a stored copy by its EMAILID, made of the message's trace, the person and the folder; what was
// sent by memory (Remembered), so that after a restart it may be sent once more, as SMTP itself may
// (RFC 5321, 4.5.4.1). A mistake of the script leaves the message in the INBOX, and its owner is
// told once. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/log/log.hpp"
#include "server/delivery/outbox.hpp"
#include "server/delivery/remembered.hpp"
#include "server/delivery/script_run.hpp"
#include "server/delivery/traced.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::io {
class WorkPool;  // base/io/work_pool.hpp
}

namespace kontor::delivery {

// What filing is built on; all of it outlives it.
struct FilingEnvironment {
  const config::Sieve& settings;
  std::uint32_t max_depth, max_parts;  // settings mime.*
  std::string server;                  // server.name
  std::vector<std::string> languages;  // of letters, the first one first
  store::AccountStore& store;
  io::WorkPool& workers;
  Outbox& outbox;
  Programs& programs;
  Remembered& done;  // keys of steps
  const Clock& clock;
};

struct FilingJob {
  std::shared_ptr<const directory::Principal> person;
  std::string sender;     // reverse-path
  std::string recipient;  // address it came to
  std::string trace;
  std::string key;  // the same at every try of this message for this person
  bool may_be_there = false;
  store::SpecialUse keep_in = store::SpecialUse::none;  // of what is kept; none: INBOX
  const store::PreparedMessage& message;                // outlives the task
  UtcSeconds now{};
  log::Context log;
  const CopyTrace& traced;  // outlives the task
  bool requires_tls = false;
};

struct Filed {
  bool is_stored = false;    // somewhere
  bool is_wanted = false;    // and not among junk or trash: others may answer it and follow it
  bool is_answered = false;  // or would have been: the script answers itself
  std::optional<sieve::Refusal> refusal;
  std::vector<std::string> steps;  // keys of what was done and cannot be looked up
};

// The notes of a mailbox, which is opened as for a delivery of so many bytes; null: there are none,
// or there is no mailbox yet.
Task<Result<std::shared_ptr<const store::AnnotationMap>>> notes_of(store::AccountStore& store,
                                                                   store::Binding owner,
                                                                   std::uint64_t bytes);

// `steps` is filled in also when it fails: those were done.
Task<Result<void>> file_by_script(FilingEnvironment& environment,
                                  FilingJob& job,
                                  std::string script,
                                  Filed& filed);

}  // namespace kontor::delivery
