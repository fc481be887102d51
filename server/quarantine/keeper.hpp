// SPDX-License-Identifier: GPL-3.0-or-later
// Keeper: mail that a check or a rule holds back, and what becomes of it.
//
// Held mail lies in an account of the store that is nobody's, a folder each Cause: backed up,
// verified and repaired as every other. Who calls hold() has the message on the disk when it
// returns, and answers 250 for it. release() gives it to its recipients with the bytes that came,
// past whatever held it: durable there, then no more waiting here; after a crash in between another
// release finds the copy in the mailbox and stores no second one. What nobody asks for within
// quarantine.keep is deleted. Any thread; nothing here throws.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "server/quarantine/held.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::io {
class WorkPool;  // base/io/work_pool.hpp
}
namespace kontor::message_trace {
class Sink;  // server/message_trace/step.hpp
}

namespace kontor::quarantine {

// Whose the account is: nobody's, of no directory.
store::Binding owner();

// Gives a message to these of its recipients, by their places in `held.recipients`; one result
// each, in order. A recipient without an error has it durably: another call stores nothing again.
using Deliver = std::function<Task<std::vector<Result<void>>>(
    const Held& held, std::vector<std::size_t> which, std::string bytes)>;

// All of it outlives the keeper.
struct Environment {
  const config::Settings& settings;
  store::AccountStore& store;
  io::WorkPool& workers;
  const Clock& clock;
  log::Context log;
  Deliver deliver = {};
  message_trace::Sink* trace = nullptr;  // nullptr: nobody is told
};

enum class Fate : std::uint8_t { waiting, released, deleted };

// A held message.
struct Row {
  std::string id;
  Held held;
  std::vector<Fate> fates;  // of its recipients
  UtcSeconds since{};       // when it was held
  std::uint64_t bytes = 0;  // of the message that came
  std::string from, subject, message_id;

  bool is_waiting() const;
};

struct Question {
  std::optional<UtcSeconds> since, until;
  std::string sender, recipient;  // a part of an address, any case; empty: any
  std::optional<Cause> cause;
  std::vector<std::string> people;  // nothing: of everybody; else of who has one of these addresses
  std::size_t most = 100;
};

// Whom something is done for: one of their addresses; empty: all recipients.
using People = std::vector<std::string>;

// Is it one of theirs, with or without a +tag? With no people: whoever it is.
bool is_of(const People& people, const std::string& address);

struct Done {
  std::vector<std::string> recipients;                           // for whom it was done
  std::vector<std::pair<std::string, std::string>> failed = {};  // and who still waits, and why
};

class Keeper {
 public:
  explicit Keeper(Environment environment);
  ~Keeper();

  // Reads the exceptions. Without it there are none yet.
  Task<void> start();

  // Durable when it returns. over_quota: quarantine.max_size is reached; others as
  // Account::append(). `held.envelope.size` and `arrived` are filled in where they are 0.
  Task<Result<void>> hold(Held held, std::string bytes);

  // The newest first. What cannot be read is an event, and left out.
  Task<Result<std::vector<Row>>> list(Question question);
  Task<Result<std::uint64_t>> count();             // of those that wait
  Task<Result<Row>> find(std::string id);          // not_found
  Task<Result<std::string>> read(std::string id);  // the bytes that came
  // busy: somebody else is at it. not_found: none of the people is among those who wait.
  Task<Result<Done>> release(std::string id, People people);
  Task<Result<Done>> remove(std::string id, People people);
  // Deletes what is older than quarantine.keep; how many.
  Task<Result<std::uint64_t>> expire();

  // Senders ("anna@there.test", "@there.test") and networks whose mail is not held, except for
  // viruses and rules. Kept in the account.
  bool is_excepted(std::string_view sender, std::string_view client) const;
  std::vector<std::string> exceptions() const;
  // exists, bad_input: a sentence, limit.
  Task<Result<void>> add_exception(std::string text);
  Task<Result<void>> remove_exception(std::string text);  // not_found

  // When the last digest was made, and that one is made now.
  Task<Result<UtcSeconds>> last_digest();
  Task<Result<void>> set_digest(UtcSeconds time);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What holds for the account by the settings.
store::MailboxPolicy policy_of(const config::Quarantine& settings);

}  // namespace kontor::quarantine
