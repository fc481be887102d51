// SPDX-License-Identifier: GPL-3.0-or-later
// Slots: every account of the store, by id and by owner, and in which state each is. One lock
// guards the table; whoever changes a slot for longer than that marks it busy, and others wait for
// it.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/core/guarded.hpp"
#include "store/mailbox/light_log.hpp"
#include "store/mailbox/log_account.hpp"
#include "store/mailbox/upkeep.hpp"

namespace kontor::store {

enum class SlotState : std::uint8_t {
  absent,    // not on disk yet: an account is to be made
  unloaded,  // on disk only
  light,     // its log is open for deliveries
  loaded,
  busy,  // one task is bringing it to another state
};

struct Slot {
  AccountId id;
  Binding owner;
  std::string folder;
  std::string problem;  // why it could not be opened last time
  SlotState state = SlotState::unloaded;
  std::shared_ptr<LogAccount> account;  // loaded; shared with the sessions that use it
  Watch watch;                          // tells the store's watchers of its commits
  std::shared_ptr<LightLog> light;      // shared with deliveries under way
  std::uint32_t deliveries = 0;         // under way on `light`
  bool compacting = false;
  std::uint64_t last_use = 0;
  bool counted = false;            // in SlotTable::open
  std::uint64_t loads = 0;         // how often it was loaded
  UpkeepReport upkeep;             // of its last turn since the store was opened
  std::uint64_t upkeep_loads = 0;  // `loads` then
  Standing upkeep_standing = Standing::unknown;
  bool removed = false;                 // from the disk; not in the table any more
  std::vector<Callback<bool>> waiting;  // for the end of the busy state
  Callback<bool> draining;              // the task that made it busy waits for `deliveries`
};

// Every account has its turn in an interval.
struct UpkeepRound {
  std::optional<UtcSeconds> start;  // nothing: there was none yet
  std::vector<AccountId> accounts;
  std::size_t next = 0;
};

struct SlotTable {
  std::unordered_map<AccountId, std::shared_ptr<Slot>> slots;  // tasks keep theirs across waits
  std::map<Binding, AccountId> owners;
  std::uint64_t clock = 0;  // counts uses
  std::size_t open = 0;     // light and loaded ones
  bool closing = false;
  UpkeepRound round;
};

using Slots = Guarded<SlotTable>;

}  // namespace kontor::store
