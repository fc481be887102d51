// SPDX-License-Identifier: GPL-3.0-or-later
// Outbox: what delivery sends to others for a person: messages that his script sends on, answers,
// and notices that he refused one. Each is durable when its task returns. Any thread.
#pragma once
#include <memory>
#include <string>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::delivery {

struct Redirected {
  std::shared_ptr<const directory::Principal> person;  // whose script it is
  std::string trace;                                   // of the message
  std::string sender;                                  // reverse-path; it stays
  std::string from, to;                                // the person's address, and where it goes
  std::shared_ptr<const std::string> message;          // with the fields this server added
  bool requires_tls = false;                           // as the message does (RFC 8689, 5)
};

struct Letter {
  std::string recipient;
  std::string bytes;
  UtcSeconds date{};
};

struct Refused {
  std::string trace;
  std::string sender;     // not <>
  std::string recipient;  // who refuses
  std::string reason;
  std::shared_ptr<const std::string> message;
  bool requires_tls = false;
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  // no_permission: policy lets this person send nothing there. Another error: not now.
  virtual Task<Result<void>> redirect(Redirected redirected) = 0;
  // From the null path.
  virtual Task<Result<void>> send(Letter letter) = 0;
  virtual Task<Result<void>> refuse(Refused refused) = 0;
};

}  // namespace kontor::delivery
