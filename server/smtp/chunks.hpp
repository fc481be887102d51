// SPDX-License-Identifier: GPL-3.0-or-later
// A message that comes in pieces: the rules that BDAT (RFC 3030) and BURL (RFC 4468) share.
#pragma once
#include <optional>

#include "server/smtp/session.hpp"

namespace kontor::smtp {

// Why no piece may come now; nothing: it may.
std::optional<wire::Reply> refusal_before_chunk(const Session& session);
// What the pieces of this message are fed to.
wire::ChunkDecoder& chunks_of(Session& session);
// A piece of `size` bytes was fed: replies, and takes the message behind its last one.
Task<void> after_chunk(Session& session, std::uint64_t size, bool is_last);

}  // namespace kontor::smtp
