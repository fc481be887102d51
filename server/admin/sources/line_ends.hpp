// SPDX-License-Identifier: GPL-3.0-or-later
// Files end their lines with LF, mail does with CRLF (RFC 5322, 2.3). Pure.
#pragma once
#include <string>
#include <string_view>

namespace kontor::admin::sources {

// Every LF that has no CR before it gets one; all other bytes stay, a lone CR too.
std::string with_crlf(std::string_view text);

}  // namespace kontor::admin::sources
