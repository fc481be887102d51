// SPDX-License-Identifier: GPL-3.0-or-later
// Lower case of UTF-8 text by Unicode's simple mappings (ICU), for addresses and names that are
// compared in any case. Pure; no locale. Bytes that are not UTF-8 stay as they are.
#pragma once
#include <string>
#include <string_view>

namespace kontor::mime {

std::string lower_utf8(std::string_view utf8);

}  // namespace kontor::mime
