// SPDX-License-Identifier: GPL-3.0-or-later
// What letters of the server itself are made of: text of any language in the bytes that every mail
// program reads (RFC 2045, RFC 2047). Pure.
#pragma once
#include <string>
#include <string_view>

namespace kontor::mime {

bool is_ascii(std::string_view text);
// One line: control characters are blanks, none at the ends.
std::string one_line(std::string_view text);
// At most `most` bytes, not ending within a character.
std::string_view beginning(std::string_view text, std::size_t most);
// A text as the value of a field; words of at most 75 characters, no character split.
std::string encoded_words(std::string_view text);
// The display name before an address (RFC 5322, 3.2.5): a quoted string, or encoded words.
std::string phrase(std::string_view name);
// Content-Transfer-Encoding, the end of the header, and the text, whose lines end with LF.
std::string encoded_body(std::string_view text);
// The same of bytes that are no text.
std::string encoded_file(std::string_view bytes);
// A parameter of a field on a line of its own, with what stands before it: `;\r\n
// filename="a.pdf"`; of other scripts as RFC 2231, 4 has it.
std::string parameter(std::string_view name, std::string_view text);

}  // namespace kontor::mime
