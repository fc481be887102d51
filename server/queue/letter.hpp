// SPDX-License-Identifier: GPL-3.0-or-later
// What letters of the server itself are made of: text of any language in the bytes that every mail
// program reads (RFC 2045, RFC 2047). Pure.
#pragma once
#include <string>
#include <string_view>

namespace kontor::queue {

bool is_ascii(std::string_view text);
// A text as the value of a field; words of at most 75 characters, no character split.
std::string encoded_words(std::string_view text);
// Content-Transfer-Encoding, the end of the header, and the text, whose lines end with LF.
std::string encoded_body(std::string_view text);

}  // namespace kontor::queue
