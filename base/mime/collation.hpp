// SPDX-License-Identifier: GPL-3.0-or-later
// The collation i;unicode-casemap (RFC 5051), by which IMAP sorts and threads (RFC 5255, 4.3;
// RFC 5256, 7). Pure; no locale; any thread.
#pragma once
#include <string>
#include <string_view>

namespace kontor::mime {

// Two texts are equal in the collation when their keys are, and ordered as the bytes of their keys.
// Every character is put in title case, then decomposed (RFC 5051, 2). What is not UTF-8 stands in
// the key as U+FFFD.
std::string casemap_key(std::string_view utf8);

}  // namespace kontor::mime
