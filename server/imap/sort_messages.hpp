// SPDX-License-Identifier: GPL-3.0-or-later
// The keys of messages that a search found, for SORT and THREAD.
#pragma once
#include <memory>
#include <vector>

#include "server/imap/search_answer.hpp"
#include "server/imap/session.hpp"
#include "server/imap/sort_order.hpp"

namespace kontor::imap {

struct Keyed {
  std::vector<Sortable> messages;  // in mailbox order
  std::vector<store::ModSeq> modseqs;
  std::shared_ptr<AccountKeys> keys;  // null unless `with_header`
};
// Of the messages with these UIDs in the selected mailbox. limit: see AccountKeys::add.
Task<Result<Keyed>> keys_of(Session& session, wire::NumberSet uids, bool with_header);

}  // namespace kontor::imap
