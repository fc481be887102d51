// SPDX-License-Identifier: GPL-3.0-or-later
// Modified UTF-7 (RFC 3501, 5.1.3): names of folders as IMAP4rev1 and Maildir++ write them. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::mime {

// bad_input: not what an encoder makes (bare '&', surrogates alone, printable ASCII encoded,
// padding bits set, 8-bit bytes).
Result<std::string> decode_modified_utf7(std::string_view name);
// `utf8` must be valid UTF-8.
std::string encode_modified_utf7(std::string_view utf8);

}  // namespace kontor::mime
