// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the messages of a mailbox that lies in files, one after another.
//
// Every message of the box is either handed over or skipped with a reason. Blocking; memory: one
// message, one piece of a file.
#pragma once
#include "server/admin/sources/message.hpp"
#include "server/admin/sources/scan.hpp"

namespace kontor::admin::sources {

class Taker {
 public:
  virtual ~Taker() = default;
  // An error ends the reading.
  virtual Result<void> take(SourceMessage message) = 0;
  // `is_fault`: mail that stays behind; otherwise what is no mail or was deleted.
  virtual void skip(Remark remark, bool is_fault) = 0;
  virtual void advance(std::uint64_t bytes) = 0;  // of the source, read or passed over
};

// The error that take() gave; what cannot be read is skipped.
Result<void> read_box(const Box& box, std::uint64_t max_message, Taker& taker);

}  // namespace kontor::admin::sources
