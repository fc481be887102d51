// SPDX-License-Identifier: GPL-3.0-or-later
// Delivery: one accepted message into the mailboxes of its recipients.
//
// The message is parsed once; each person gets one copy, however many recipients lead to him. The
// task ends when every commit has ended: a recipient without an error has all its copies on disk.
// Copies run in parallel, bounded by memory. There is no joint transaction: when some copies fail,
// the others stay, and they are remembered (in memory, bounded), so that the sender's next try of
// the same message passes over who has it: nothing is lost, and nothing doubles unless the server
// restarts in between (docs/architecture.md, "Across accounts"). Any thread; never throws.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/resolve.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::delivery {

struct Recipient {
  std::string address;  // as given, for the log
  std::vector<std::shared_ptr<const directory::Principal>> mailboxes;
};

struct Envelope {
  std::string trace;   // id of the message in logs and in its Received field
  std::string sender;  // reverse-path; empty: <>
  std::vector<Recipient> recipients;
  // Bytes at the start of the message that this server added: they differ from try to try.
  std::size_t added = 0;
};

class Delivery {
 public:
  // Everything given outlives it.
  Delivery(const config::Settings& settings,
           directory::Directory& directory,
           store::AccountStore& store,
           const Clock& clock,
           log::Context log);
  ~Delivery();

  // Against the newest directory copy.
  Resolved resolve(std::string_view address) const;
  // One result a recipient, in order: the first error of its copies, if any. `message` is complete,
  // with the fields this server added at its start.
  Task<std::vector<Result<void>>> deliver(Envelope envelope, std::string message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A new id for a message: 20 characters, unique in practice.
std::string make_trace_id();

}  // namespace kontor::delivery
