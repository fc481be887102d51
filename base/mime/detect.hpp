// SPDX-License-Identifier: GPL-3.0-or-later
// The charset of text that does not say it. Pure; a guess, the same one for the same bytes.
#pragma once
#include <string>
#include <string_view>

namespace kontor::mime {

// The name of the charset: by a byte order mark, by UTF-8's own form, UTF-16 by its zeros, else the
// Cyrillic or Western single-byte charset in which the letters are most like a language.
// "utf-8" for plain ASCII.
std::string_view detect_charset(std::string_view bytes);
// Valid UTF-8 out of text in an unknown charset, without its byte order mark.
std::string text_of_unknown(std::string_view bytes);
// Whether bytes may be text at all in some charset: no zeros beyond UTF-16's, few controls.
bool looks_like_text(std::string_view bytes);

}  // namespace kontor::mime
