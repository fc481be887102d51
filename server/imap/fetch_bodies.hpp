// SPDX-License-Identifier: GPL-3.0-or-later
// FETCH items that come from a message's bytes, written to the client. Messages are read ahead many
// at a time, bounded in bytes (the caller does that); a large stretch is streamed in pieces. One
// coroutine; the session outlives it.
#pragma once
#include <vector>

#include "server/imap/session.hpp"
#include "server/imap/wire/fetch_args.hpp"
#include "store/format/types.hpp"

namespace kontor::imap {

// Largest stretch that is read at once; what is larger goes out in pieces of k_body_piece.
inline constexpr std::uint64_t k_whole_stretch = 4U << 20U;
inline constexpr std::uint64_t k_body_piece = 256U << 10U;

// Bytes of a message, from its first one, that are read before its items are written: what its
// sections need. Stretches of a large message are not among them; they are read as they are
// written.
std::uint64_t read_ahead(const store::Item& item, const std::vector<wire::BodyItem>& bodies);

// Appends the items of `bodies` to session.out, each led by a blank unless it follows '('. `bodies`
// outlives the task; `bytes` is what read_ahead() said. unsupported: a part whose transfer encoding
// is not known (UNKNOWN-CTE); not_found, corrupt, io_error: the message cannot be read; in these
// cases the caller takes back what was appended. closed: the client is gone, or bytes failed in the
// midst of a literal.
Task<Result<void>> write_bodies(Session& session,
                                store::Item item,
                                const std::vector<wire::BodyItem>& bodies,
                                std::string bytes);

}  // namespace kontor::imap
