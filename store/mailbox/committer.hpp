// SPDX-License-Identifier: GPL-3.0-or-later
// Committer: one account's log, its newest state (tip) and its newest durable state (published).
//
// run() checks a change against the tip, appends its frames, applies them to the tip and keeps the
// answer until the frames are durable; only then the state with them is published, watchers are
// told and the answer is given, in order. Answers that rest on frames still under way (a refusal, a
// change of nothing) wait for those frames. After a failed commit every answer under way and every
// later one is the error; the tip is worth nothing any more. Threads: on the account's strand,
// except published(), watch() and log().
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "store/log/account_log.hpp"
#include "store/mailbox/apply.hpp"
#include "store/mailbox/plan.hpp"
#include "store/mailbox/relocate.hpp"
#include "store/mailbox/watchers.hpp"

namespace kontor::store {

// A state and how much of the log it is made of.
struct Version {
  std::shared_ptr<const AccountState> state;
  LogMark mark;
};

class Committer {
 public:
  // Called with the outcome of a sync, from any thread; must get on_synced() called on the strand.
  using Post = std::function<void(Result<void>)>;
  using Answer = std::move_only_function<void(const Result<void>&, ModSeq)>;

  // `state` is what the log says up to its end, all of it durable.
  Committer(std::unique_ptr<AccountLog> log, AccountState state, Post post);

  // Appends the frames; `answer` is called once, with the outcome and the sequence of the last
  // frame (0 without frames). May be called before run() returns.
  void commit(std::vector<NewFrame> frames, Answer answer);
  // Calls when everything appended so far is durable, or has failed.
  void after_pending(Answer answer);
  // Says where the messages of a log stand that was written anew: no change that anybody sees, and
  // no frame. `answer` is called when the published state has it, with the frames under way.
  void relocate(std::uint32_t log, const std::vector<FooterMessage>& messages, Answer answer);
  void on_synced(const Result<void>& outcome);
  const AccountState& tip() const noexcept { return tip_; }
  const std::optional<Error>& failure() const noexcept { return failure_; }
  bool idle() const noexcept { return pending_.empty(); }

  Version published() const;
  Watchers& watchers() noexcept { return watchers_; }
  const AccountLog& log() const noexcept { return *log_; }

 private:
  struct Pending {
    Version version;
    std::vector<std::pair<Answer, ModSeq>> answers;
  };
  void fail_all(const Error& error);

  std::unique_ptr<AccountLog> log_;
  AccountState tip_;
  Post post_;
  std::deque<Pending> pending_;
  std::optional<Error> failure_;
  Guarded<Version> published_;
  Watchers watchers_;
};

}  // namespace kontor::store
