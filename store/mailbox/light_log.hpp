// SPDX-License-Identifier: GPL-3.0-or-later
// LightLog: the log of an account that is not loaded, for deliveries only. A delivery costs one
// append; the state is made by replay when somebody opens the account.
#pragma once
#include <memory>

#include "base/core/task.hpp"
#include "store/log/account_log.hpp"
#include "store/mailbox/quota.hpp"
#include "store/mailbox/strand.hpp"

namespace kontor::store {

class LightLog : public std::enable_shared_from_this<LightLog> {
 public:
  // `used` is what the account holds by its log; deliveries are counted from there.
  LightLog(boost::asio::any_io_executor executor,
           std::unique_ptr<AccountLog> log,
           const Usage& used,
           const Limits& limits);
  // The deliver frame's sequence once it is durable. over_quota: the message does not fit.
  Task<Result<ModSeq>> deliver(std::string payload);
  bool failed() const { return log_->closed_by_error(); }

 private:
  void start(NewFrame frame, Callback<Result<ModSeq>> done);

  Strand strand_;
  std::unique_ptr<AccountLog> log_;
  Usage used_;  // with what is under way
  Limits limits_;
};

}  // namespace kontor::store
