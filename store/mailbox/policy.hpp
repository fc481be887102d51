// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for one mailbox: its limits, how long what was deleted can be brought back, and which
// messages are expunged at an age. Values only; who makes them asks the settings and the directory.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "store/format/types.hpp"
#include "store/mailbox/quota.hpp"

namespace kontor::store {

// Messages of these folders are expunged so many days after they came in.
struct RetentionRule {
  std::string folder;                 // full name; empty: by special use
  SpecialUse use = SpecialUse::none;  // the folder that has it
  bool below = false;                 // those below it too
  std::uint32_t days = 0;
  std::string text;  // as the administrator wrote it
  bool operator==(const RetentionRule&) const = default;
};

struct MailboxPolicy {
  Limits limits;                      // of a mailbox without limits of its own
  std::uint32_t warning_percent = 0;  // of its limits, at which the owner is told; 0: never
  std::uint64_t warning_bytes = 0;    // he is told there instead of at a percentage; 0: not
  std::uint64_t send_bytes = 0;       // who holds so much may not send; 0: he may
  std::uint32_t undelete_days = 0;
  std::vector<RetentionRule> retention;
  bool operator==(const MailboxPolicy&) const = default;
};

// What a rule has expunged, or would.
struct RetentionCount {
  std::string rule;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

// Is the owner of a mailbox still in the directory? unknown: the directory cannot say now.
enum class Standing : std::uint8_t { here, gone, unknown };

}  // namespace kontor::store
