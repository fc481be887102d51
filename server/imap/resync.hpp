// SPDX-License-Identifier: GPL-3.0-or-later
// What a client that was away has missed of a mailbox (RFC 7162, 3.2.5 and 3.2.6). Cost: what
// changed; everything only when the client was away for longer than the store remembers. Pure.
#pragma once
#include <vector>

#include "server/imap/wire/select_args.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::imap {

struct Missing {
  store::ModSeq since = 0;                 // the client knows everything up to here
  const wire::NumberSet* among = nullptr;  // UIDs that matter; nullptr: all
  store::Uid matched = 0;                  // up to this UID the client has lost nothing
};
// UIDs that have left the folder since. What the store does not remember any more is told as
// every gap (RFC 7162, 3.2.5.1), above `matched` alone.
wire::NumberSet vanished_uids(const store::FolderView& view, const Missing& missing);

// The greatest UID such that it and all pairs before it still belong together (RFC 7162, 3.2.5.2).
store::Uid matched_until(const store::FolderView& view, const wire::SequenceMatch& match);

// The set without the UIDs of these entries (ascending).
wire::NumberSet without(const wire::NumberSet& uids, const std::vector<store::Entry>& entries);

}  // namespace kontor::imap
