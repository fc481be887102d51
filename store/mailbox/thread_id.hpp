// SPDX-License-Identifier: GPL-3.0-or-later
// The number of a message's thread (THREADID, RFC 8474, 5.2; docs/decisions). Pure.
#pragma once
#include <cstdint>
#include <string_view>

namespace kontor::store {

// A function of the message's own header alone, so that no message that comes later, in whatever
// order, can change it: a digest of the oldest msg-id of References, else of In-Reply-To, else of
// its own Message-ID, else of the whole header. Never 0.
std::uint64_t thread_number(std::string_view header);

}  // namespace kontor::store
