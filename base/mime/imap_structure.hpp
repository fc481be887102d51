// SPDX-License-Identifier: GPL-3.0-or-later
// What IMAP says of a message: ENVELOPE, BODY and BODYSTRUCTURE as finished FETCH fragments (RFC
// 9051, 7.5.2), and the bytes of its sections. Made once, at delivery. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/mime/message.hpp"

namespace kontor::mime {

// Parenthesised lists, ready to be sent to clients of either revision: a string of 7-bit bytes is
// quoted, one with 8-bit bytes, CR or LF is a synchronising literal {n} of the bytes as they stand
// (RFC 3501, 9: a quoted string cannot carry them; RFC 2047 words are left to the client); NUL is
// dropped. Names, types and encodings are in lower case, values as written.
//
// What has no form of its own is shown so that every part can be fetched: a multipart without parts
// as text/plain with all of its body, an opaque message/rfc822 with an empty envelope.
std::string imap_envelope(std::string_view raw, const Message& message);
std::string imap_body(std::string_view raw, const Message& message);  // BODY
std::string imap_bodystructure(std::string_view raw,
                               const Message& message);  // with extension data
// BODYPARTSTRUCTURE (RFC 5259, 9) of `part`: one of the message's parts, or such a one with another
// encoding and other sizes.
std::string imap_part_structure(std::string_view raw, const Message& message, const Part& part);

// First words of the text, decoded, white space folded, at most `max_characters` code points (RFC
// 8970).
std::string preview(std::string_view raw, const Message& message, std::size_t max_characters = 200);

}  // namespace kontor::mime
