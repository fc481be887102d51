// SPDX-License-Identifier: GPL-3.0-or-later
// Text as Windows puts it into its structures. Pure.
#pragma once
#include <string>
#include <string_view>

namespace kontor::directory {

// UTF-16LE to UTF-8; a lone surrogate becomes U+FFFD, a last odd byte is passed over.
std::string utf16le_to_utf8(std::string_view bytes);

}  // namespace kontor::directory
