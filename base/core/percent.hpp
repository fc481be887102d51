// SPDX-License-Identifier: GPL-3.0-or-later
// Percent-encoding (RFC 3986, 2.1), as mailto URIs and our own files have it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kontor {

// "%2C" becomes a comma, all else stays; nothing: a percent sign without two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace kontor
