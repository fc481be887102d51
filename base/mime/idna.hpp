// SPDX-License-Identifier: GPL-3.0-or-later
// Internationalised domain names (RFC 5891, UTS 46). Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::mime {

// The name as the DNS has it: lower case, labels beyond ASCII as A-labels ("xn--..."). bad_input:
// no such name can be.
Result<std::string> domain_to_ascii(std::string_view domain);

}  // namespace kontor::mime
