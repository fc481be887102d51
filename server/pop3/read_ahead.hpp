// SPDX-License-Identifier: GPL-3.0-or-later
// ReadAhead: small messages of a session that fetches one after the other, read by one trip to the
// disk pool for several of them.
//
// Programs send RETR 1, wait, RETR 2, wait: a trip for each costs more than the reading. Bytes of a
// message never change, so what was read ahead is never stale. At most k_most bytes are kept, and
// none for a session that pauses (session.cpp). One owner.
#pragma once
#include <cstdint>
#include <deque>
#include <string>

#include "base/core/task.hpp"
#include "server/pop3/maildrop.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::pop3 {

class ReadAhead {
 public:
  static constexpr std::uint64_t k_most = 64U << 10U;  // bytes of one trip

  // The whole message. Both partners outlive the task.
  Task<Result<std::string>> read(store::Account& account,
                                 const Maildrop& maildrop,
                                 Message message);
  bool empty() const noexcept { return kept_.empty(); }
  void clear() { std::deque<Kept>().swap(kept_); }

 private:
  struct Kept {
    std::uint32_t number = 0;
    std::string bytes;
  };
  std::deque<Kept> kept_;   // in the order of the numbers
  std::uint32_t last_ = 0;  // the message that was asked for last
};

}  // namespace kontor::pop3
