// SPDX-License-Identifier: GPL-3.0-or-later
// Objects of a restore (events, tasks, cards, notes) into one folder of a mailbox. Nobody is told
// of what comes back.
#pragma once
#include <memory>

#include "server/admin/import_batch.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::admin {

struct ObjectsWanted {
  bool is_dry = false;
  bool overwrites = false;  // puts what was there then in the place of what is there now
};

// An object is present when the folder has one of its UID (of notes: of its name), unless that one
// is to be overwritten and differs. What cannot be put is refused with the reason. conflict: a
// folder of that name is of another class.
Task<Result<BatchResult>> put_objects(std::shared_ptr<store::Account> account,
                                      ImportBatch batch,
                                      ObjectsWanted wanted);

}  // namespace kontor::admin
