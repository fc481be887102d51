// SPDX-License-Identifier: GPL-3.0-or-later
// Learner: what people say of mail, by moving it into their folder for junk, out of it, or into a
// public folder for spam, is told to rspamd (section "learning" of the settings).
//
// note() puts a message into a queue in memory, bounded, and returns: no IMAP session waits. One
// task takes one message after the other, learning.per_minute at most; each message is told once in
// each direction. What waits and what was told is written every minute and at the end
// (docs/formats/learning.md): a crash forgets at most a minute. While the controller is silent
// everything waits. A message that is gone by its turn is passed over. The server that brought what
// is spam is noted in the base of spam, when the message had come by SMTP: its EMAILID proves that.
// Any thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "server/filter/scan/dial.hpp"
#include "server/filter/screening/spam_base.hpp"
#include "server/learning/state.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::learning {

// All of it outlives the learner.
struct Environment {
  const config::Settings& settings;
  store::AccountStore& store;
  filter::screening::SpamBase& spam_base;
  io::FileSystem& files;
  filter::scan::Dial dial;
  const Clock& clock;
  log::Context log;
};

struct Status {
  std::size_t waiting = 0;
  std::uint64_t learnt_spam = 0, learnt_ham = 0, failed = 0;  // since the start
  std::string problem;                                        // of the last try; empty: none
};

class Learner {
 public:
  // `file` is DATA/learning. bad_input: learning.password_file is not in order. Blocks.
  static Result<std::unique_ptr<Learner>> open(Environment environment, std::string file);
  ~Learner();

  void note(Job job);
  // At once, past the queue: its words.
  Task<Result<std::string>> learn(bool is_spam, std::string message);
  Status status() const;

  Task<void> run();  // until stop()
  void stop();
  // Writes what changed. Blocks.
  void save();
  // Deletes what has lain in the public folders for spam longer than learning.report_keep.
  Task<void> empty_report_folders();

 private:
  struct State;
  explicit Learner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What a move or copy from one folder into another says of a message: spam, ham or nothing.
// `is_public`: the destination is in the public folders.
std::optional<bool> said_by_move(const store::FolderInfo& from,
                                 const store::FolderInfo& to,
                                 bool is_public,
                                 const std::vector<std::string>& report_folders);

}  // namespace kontor::learning
