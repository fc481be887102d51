// SPDX-License-Identifier: GPL-3.0-or-later
// What delivery tells the message trace of one copy of a message (server/message_trace/step.hpp).
#pragma once
#include <string>

#include "base/core/result.hpp"
#include "server/message_trace/step.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::delivery {

struct CopyTrace {
  message_trace::Sink* sink = nullptr;  // nullptr: nobody is told
  std::string trace;
  UtcSeconds arrived{};   // 0: just now
  std::string recipient;  // the mailbox's address
  std::string asked;      // the address that led there

  void note(message_trace::What what, std::string place = {}, std::string text = {}) const;
  void delivered(const std::string& folder, const std::string& account, store::Uid uid) const;
  void failed(const Error& error) const;  // for now or for good, as the error says
};

}  // namespace kontor::delivery
