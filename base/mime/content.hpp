// SPDX-License-Identifier: GPL-3.0-or-later
// The values of Content-Type, Content-Disposition and Content-Transfer-Encoding (RFC 2045, 5 and 6;
// RFC 2183) with their parameters (RFC 2231). Pure; broken values are read as far as they go.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"

namespace kontor::mime {

inline constexpr std::size_t k_max_parameters = 1'000;  // of one field; the rest is passed over

// A value with parameters: `word` is what stands before the first ';', in lower case.
struct Parametrized {
  std::string word;
  std::vector<Parameter> parameters;
};

// Parameters with continuations joined and character sets undone (RFC 2231): names without '*',
// values in UTF-8 where a charset was given.
Parametrized parse_parametrized(std::string_view value);
// The same for IMAP, which hands character sets on: continuations joined, `name*` with the
// charset'language'percent-encoded value (RFC 2231, 6 and 8).
Parametrized parse_parametrized_for_imap(std::string_view value);

// Splits "type/subtype"; false when it is no such thing (RFC 2045, 5.2: then text/plain).
bool split_media_type(std::string_view word, std::string& type, std::string& subtype);
// The first word of a Content-Transfer-Encoding, in lower case; "7bit" when there is none.
std::string parse_encoding(std::string_view value);

}  // namespace kontor::mime
