// SPDX-License-Identifier: GPL-3.0-or-later
// LightLog: the log of an account that is not loaded, for deliveries only. A delivery costs one
// append; the state is made by replay when somebody opens the account.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "store/log/account_log.hpp"
#include "store/mailbox/annotations.hpp"
#include "store/mailbox/policy.hpp"
#include "store/mailbox/strand.hpp"

namespace kontor::store {

class LightLog : public std::enable_shared_from_this<LightLog> {
 public:
  // What decides about a delivery, asked anew for each.
  struct Rules {
    OwnLimits own_limits;
    bool warned = false;  // the owner was told that the mailbox is nearly full
    std::shared_ptr<const AnnotationMap> notes;  // of the account itself; nothing: none
    std::function<MailboxPolicy()> policy;
    std::function<std::optional<std::string>(const Quota&)> letter;
  };
  // `used` is what the account holds by its log; deliveries are counted from there.
  LightLog(boost::asio::any_io_executor executor,
           std::unique_ptr<AccountLog> log,
           const Usage& used,
           Rules rules);
  // The deliver frame's sequence once it is durable. over_quota: the message does not fit.
  Task<Result<ModSeq>> deliver(std::string payload);
  // over_quota: a message of that size would not fit now. Any thread, memory only.
  Result<void> check_room(std::uint64_t bytes) const;
  bool failed() const { return log_->closed_by_error(); }
  const std::shared_ptr<const AnnotationMap>& notes() const { return rules_.notes; }  // any thread

 private:
  void start(NewFrame frame, Callback<Result<ModSeq>> done);

  Strand strand_;
  std::unique_ptr<AccountLog> log_;
  Usage used_;  // with what is under way
  Rules rules_;
  Guarded<Usage> shown_used_;  // the same for other threads
};

}  // namespace kontor::store
