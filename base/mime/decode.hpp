// SPDX-License-Identifier: GPL-3.0-or-later
// Bodies and charsets: Content-Transfer-Encoding undone (RFC 2045, 6), text to UTF-8 by ICU. Pure;
// lenient: what is broken is decoded as far as it goes.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/mime/message.hpp"

namespace kontor::mime {

// quoted-printable, base64, 7bit, 8bit, binary; unsupported for another name.
Result<std::string> decode_transfer(std::string_view encoded, std::string_view encoding);
// Bytes in `charset` (IANA name or a common alias) to valid UTF-8; an unknown name is read as UTF-8
// or Latin-1. Invalid sequences become U+FFFD.
std::string to_utf8(std::string_view bytes, std::string_view charset);
bool is_known_charset(std::string_view charset);
// The text of a text/* part: transfer encoding and charset undone; html is not stripped.
std::string part_text(std::string_view raw, const Part& part);
// UTF-8 text in the form that searching compares: whatever i;unicode-casemap (RFC 5051) holds equal
// is equal here, and full case folding ("ß" is "ss") makes some more so.
std::string fold_case(std::string_view utf8);

}  // namespace kontor::mime
