// SPDX-License-Identifier: GPL-3.0-or-later
// FETCH responses that no FETCH command asked for: of new messages (RFC 5465, 5.2).
#pragma once
#include "server/imap/session.hpp"
#include "server/imap/wire/fetch_args.hpp"

namespace kontor::imap {

// One untagged FETCH for each of `numbers` with the items of `what`. Messages that cannot be read
// are passed over. closed: as cmd_fetch().
Task<Result<void>> tell_messages(Session& session, wire::Fetch what, wire::NumberSet numbers);

}  // namespace kontor::imap
