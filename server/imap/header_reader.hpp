// SPDX-License-Identifier: GPL-3.0-or-later
// Headers of many messages, read many by one trip to the disk, bounded in bytes.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/core/task.hpp"
#include "server/imap/key_cache.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::imap {

// Gives `take` each item's header, in the order given; not_found, corrupt, io_error: why there is
// none. `take` is called by the task that awaits.
Task<void> read_headers(std::shared_ptr<store::Account> account,
                        std::vector<store::ItemId> items,
                        std::function<void(store::ItemId, Result<std::string>)> take);

// The account's keys, with those of all `items`: of a message whose header cannot be read they are
// empty. limit: too many texts.
Task<Result<std::shared_ptr<AccountKeys>>> load_keys(KeyCache& cache,
                                                     std::shared_ptr<store::Account> account,
                                                     std::vector<store::ItemId> items);

}  // namespace kontor::imap
