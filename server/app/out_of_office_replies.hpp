// SPDX-License-Identifier: GPL-3.0-or-later
// OutOfOfficeReplies: answers the mail of those who are away (RFC 3834), once a sender.
//
// Who was answered is on disk before the answer is in the queue: a crash in between loses an answer
// and never doubles one. Answers have no reverse-path, so that no two mailboxes can answer each
// other for ever. Any thread.
#pragma once
#include <set>
#include <string>
#include <utility>

#include "base/core/guarded.hpp"
#include "base/net/task_group.hpp"
#include "server/delivery/delivery.hpp"
#include "server/delivery/out_of_office.hpp"
#include "server/delivery/reply_text.hpp"
#include "server/queue/queue.hpp"

namespace kontor::app {

using delivery::Reply;
using delivery::reply_text;

class OutOfOfficeReplies {
 public:
  struct Environment {
    const config::Settings& settings;
    store::AccountStore& store;
    queue::Queue& queue;
    net::TaskGroup& tasks;
    boost::asio::any_io_executor executor;
    const Clock& clock;
    log::Context log;
  };
  explicit OutOfOfficeReplies(Environment environment) : environment_(std::move(environment)) {}

  // Of delivery::DeliveryEnvironment::stored: answers in a task of its own where that is due.
  // `delivery` says who belongs to the organisation; both outlive the task.
  void consider(const delivery::Delivery& delivery, delivery::StoredCopy copy);
  void stop() { is_stopping_ = true; }  // no new answers

 private:
  using Pair = std::pair<directory::PrincipalId, std::string>;
  Task<void> answer(delivery::StoredCopy copy, bool is_internal, Pair pair);
  Task<Result<bool>> answer_once(const delivery::StoredCopy& copy, bool is_internal);

  Environment environment_;
  Guarded<std::set<Pair>> under_way_;
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace kontor::app
