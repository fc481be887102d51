// SPDX-License-Identifier: GPL-3.0-or-later
// FETCH items that come from a message's bytes, written to the client. One message is in memory at
// a time; a large stretch of one is streamed in pieces. One coroutine; the session outlives it.
#pragma once
#include <vector>

#include "server/imap/session.hpp"
#include "server/imap/wire/fetch_args.hpp"
#include "store/format/types.hpp"

namespace kontor::imap {

// Largest stretch that is read at once; what is larger goes out in pieces of k_body_piece.
inline constexpr std::uint64_t k_whole_stretch = 4U << 20U;
inline constexpr std::uint64_t k_body_piece = 256U << 10U;

// Appends the items of `bodies` to session.out, each led by a blank unless it follows '('. `bodies`
// outlives the task. unsupported: a part whose transfer encoding is not known (UNKNOWN-CTE);
// not_found, corrupt, io_error: the message cannot be read; in these cases the caller takes back
// what was appended. closed: the client is gone, or bytes failed in the midst of a literal.
Task<Result<void>> write_bodies(Session& session,
                                store::Item item,
                                const std::vector<wire::BodyItem>& bodies);

}  // namespace kontor::imap
