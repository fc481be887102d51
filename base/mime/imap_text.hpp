// SPDX-License-Identifier: GPL-3.0-or-later
// Strings in IMAP's form (RFC 9051, 4.3 and 9), appended to a fragment. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kontor::mime {

// A quoted string, or a literal where quoting cannot carry the bytes; NUL is dropped.
void append_imap_string(std::string& out, std::string_view text);
// NIL when absent.
void append_imap_nstring(std::string& out, const std::optional<std::string>& text);
// RFC 9051, 7.5.2: (date subject from sender reply-to to cc bcc in-reply-to message-id)
void append_imap_envelope(std::string& out, std::string_view header);

}  // namespace kontor::mime
