// SPDX-License-Identifier: GPL-3.0-or-later
// Delivery: one accepted message into the mailboxes of its recipients.
//
// The message is parsed once, on the pool of workers when it is large; each person gets one copy,
// and each folder that has an address of its own, however many recipients lead there. No script
// runs for a folder, nobody is answered in its name; what is junk goes into its account's Junk. The
// task ends when every commit has ended: a recipient without an error has all its copies on disk.
// Copies run in parallel, bounded by memory. There is no joint transaction: when some copies fail,
// the others stay. Then
// - what came by SMTP is remembered (in memory, bounded), so that the sender's next try of the same
//   message passes over who has it: nothing is lost, and nothing doubles unless the server restarts
//   in between;
// - what came by the queue is looked for in the mailbox (Envelope::may_be_there): the EMAILID of a
//   copy is made of the message's trace and the person, so that no restart doubles it
//   (docs/architecture.md, "Across accounts"). Any thread; never throws.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"
#include "server/delivery/moderator.hpp"
#include "server/delivery/outbox.hpp"
#include "server/delivery/own_lists.hpp"
#include "server/delivery/resolve.hpp"
#include "server/delivery/senders.hpp"
#include "server/message_trace/step.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::io {
class WorkPool;  // base/io/work_pool.hpp
}

namespace kontor::delivery {

// Above this, parsing a message is work for the pool: it would hold up a network thread.
inline constexpr std::size_t k_large_message = 256U << 10U;

struct Recipient {
  std::string address;  // as given, for the log
  std::vector<std::shared_ptr<const directory::Principal>> mailboxes;
  // The mailboxes are a catch-all: they are told for whom it was, in an X-Original-To field.
  bool is_catch_all = false;
  bool is_elsewhere = false;  // it goes to addresses elsewhere as well
  std::vector<store::AddressedFolder> folders = {};
};

// Whether who hands the message over can be told that a script refuses it (RFC 5429, 2).
enum class Refusable : std::uint8_t {
  no,    // its sender gets a notice
  all,   // one answer for all recipients (SMTP)
  each,  // an answer for each (LMTP, the queue)
};

struct Envelope {
  std::string trace;   // id of the message in logs and in its Received field
  std::string sender;  // reverse-path; empty: <>
  std::vector<Recipient> recipients;
  // Bytes at the start of the message that this server added: they differ from try to try.
  std::size_t added = 0;
  bool is_queued = false;  // comes by the queue, and goes back there when it fails
  Refusable refusable = Refusable::no;
  bool may_be_there = false;  // and an earlier try of the same trace may have stored copies
  bool requires_tls = false;  // REQUIRETLS (RFC 8689): so does what goes on from a mailbox
  UtcSeconds arrived{};       // when it came to this server; 0: just now
};

// A copy that has just come into a mailbox whose owner has notes on it, or that may hold a
// scheduling message or a report.
struct StoredCopy {
  std::shared_ptr<const directory::Principal> person;
  std::shared_ptr<const store::AnnotationMap> notes;  // null: none
  std::string sender;                                 // reverse-path
  std::string header;                                 // of the message
  std::shared_ptr<const std::string> message;  // whole, when it has a text/calendar part; else null
  std::shared_ptr<const std::string> report = nullptr;  // whole, in one of reports.addresses
};

// What delivery is built on; all of it outlives it.
struct DeliveryEnvironment {
  const config::Settings& settings;
  directory::Directory& directory;
  store::AccountStore& store;
  io::WorkPool& workers;  // parses large messages
  log::Context log;
  const Clock& clock = system_clock();
  std::function<void(StoredCopy)> stored = {};  // any thread, shortly
  // Is everybody known who may have an address? Any thread; unset: yes. While it is not so, who is
  // not found is told to be early.
  std::function<bool()> knows_everybody = {};
  // What the scripts of people send goes here; nullptr: no script runs.
  Outbox* outbox = nullptr;
  message_trace::Sink* trace = nullptr;  // nullptr: nobody is told
  Moderator* moderator = nullptr;        // nullptr: no group is moderated
};

class Delivery {
 public:
  explicit Delivery(DeliveryEnvironment environment);
  ~Delivery();

  const Domains& domains() const noexcept;
  Domains& domains() noexcept;
  const store::AccountStore& store() const noexcept;
  const Senders& senders() const noexcept;
  // Against the newest directory copy; `is_early`, where that has not come yet.
  Resolved resolve(std::string_view address) const;
  // Takes those out of `resolved` whom this sender may not reach, when its address has several
  // owners; anything but allowed: he reaches none of them.
  // Then the groups among them that this message has to wait for are held (moderate()).
  Admission admit(Resolved& resolved, const Sender& sender) const;
  // Who is only in moderated groups that mail of this sender does not pass is taken out, and these
  // groups are `held`. `trace`: of a message that may have been approved; empty: it is new.
  void moderate(Resolved& resolved, const Sender& sender, const std::string& trace = {}) const;
  // Everybody whom an approved message for that group reaches; groups in it may be held.
  Resolved resolve_approved(const std::shared_ptr<const directory::Principal>& group,
                            const std::string& trace) const;
  Moderator* moderator() const noexcept;  // nullptr: no group is moderated
  // over_quota: one of the mailboxes could not take a message of that size now.
  Task<Result<void>> check_room(std::vector<std::shared_ptr<const directory::Principal>> mailboxes,
                                std::uint64_t bytes);
  // The same of the accounts that hold these folders.
  Task<Result<void>> check_room(std::vector<store::AddressedFolder> folders, std::uint64_t bytes);
  // The account of a folder as it is now. not_found: the folder, or its address, is gone.
  Task<Result<store::AccountView>> look_at(store::AddressedFolder folder);
  // An account that belongs to this mailbox. Loads it.
  Task<Result<std::shared_ptr<store::Account>>> open_mailbox(directory::PrincipalId owner);
  // What the owner of this mailbox thinks of who sends, by his own lists. Opens it as for a
  // delivery.
  Task<Opinion> opinion(directory::PrincipalId owner, Stranger stranger);
  // over_quota: somebody with so full a mailbox may not send (MailboxPolicy::send_bytes).
  Task<Result<void>> check_may_send(directory::PrincipalId person);
  // One result a recipient, in order: the first error of its copies, if any. `message` is complete,
  // with the fields this server added at its start.
  Task<std::vector<Result<void>>> deliver(Envelope envelope, std::string message);

  // A message of this trace is on its way to the queue: no mailbox has a copy yet.
  void announce(const std::string& trace);
  // Was it announced in the life of this process, and not asked for since? Else it may be there.
  bool take_announced(const std::string& trace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The reason of a result that says that the script of its recipient refuses the message, for its
// sender; nothing: another error.
std::optional<std::string> refusal_of(const Error& error);

// A result of that kind.
Error refusal(const std::string& reason);

// A new id for a message: 20 characters, unique in practice.
std::string make_trace_id();

}  // namespace kontor::delivery
