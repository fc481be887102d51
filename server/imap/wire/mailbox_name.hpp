// SPDX-License-Identifier: GPL-3.0-or-later
// Mailbox names on the wire: modified UTF-7 (RFC 3501, 5.1.3) for IMAP4rev1, UTF-8 (RFC 9051, 5.1)
// once IMAP4rev2 is enabled. Inside the server names are UTF-8. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/mime/modified_utf7.hpp"

namespace kontor::imap::wire {

using mime::decode_modified_utf7;
using mime::encode_modified_utf7;

// A name from a client. Bytes above 127 are UTF-8 whatever was enabled, since modified UTF-7 has
// none (RFC 9051, 5.1: servers of both revisions).
Result<std::string> decode_mailbox(std::string_view name, bool utf8_enabled);

}  // namespace kontor::imap::wire
