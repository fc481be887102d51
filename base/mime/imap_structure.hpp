// SPDX-License-Identifier: GPL-3.0-or-later
// What IMAP says of a message: ENVELOPE, BODY and BODYSTRUCTURE as finished FETCH fragments (RFC
// 9051, 7.5.2), and the bytes of its sections. Made once, at delivery. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/mime/message.hpp"

namespace kontor::mime {

// Parenthesised lists, ready to be sent; strings with 8-bit bytes, CR, LF, or NUL come out as RFC
// 9051 allows for every client (literals where a quoted string cannot carry them, NUL dropped).
std::string imap_envelope(std::string_view raw, const Message& message);
std::string imap_body(std::string_view raw, const Message& message);  // BODY
std::string imap_bodystructure(std::string_view raw,
                               const Message& message);  // with extension data

// First words of the text, decoded, white space folded, at most `max_characters` code points (RFC
// 8970).
std::string preview(std::string_view raw, const Message& message, std::size_t max_characters = 200);

}  // namespace kontor::mime
