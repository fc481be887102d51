// SPDX-License-Identifier: GPL-3.0-or-later
// The way back from base/mime/decode.hpp: text into a charset, bytes into a transfer encoding (RFC
// 2045, 6), a part of text into the words that are compared. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kontor::mime {

// UTF-8 text in `charset`; nothing: a character has no place there, or the charset is unknown.
std::optional<std::string> from_utf8(std::string_view utf8, std::string_view charset);
// RFC 2045, 6.7, lines of at most 76 characters. Line breaks of `text` (CRLF or LF) stay line
// breaks.
std::string encode_quoted(std::string_view text);
// Lines of 76 characters, each with its CRLF.
std::string encode_base64_lines(std::string_view bytes);

// The letters and digits of a text as they are compared: case, accents and compatibility forms
// undone (fold_case), whatever stands between them one blank; a blank at both ends.
std::string plain_words(std::string_view utf8);

}  // namespace kontor::mime
