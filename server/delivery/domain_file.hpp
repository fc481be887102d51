// SPDX-License-Identifier: GPL-3.0-or-later
// The mail domains that kontorctl was told, as the text of DATA/domains (docs/formats/domains.md).
// Pure.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::delivery {

using DomainNames = std::set<std::string>;

// In small letters: two or more labels of letters, digits and hyphens (RFC 1123, 2.1; RFC 5890 for
// others). bad_input says what is wrong.
Result<std::string> parse_domain_name(std::string_view text);

std::string format_domains(const DomainNames& names);
// bad_input: the first line that is wrong, and why; nothing of such a file is used.
Result<DomainNames> parse_domains(std::string_view text);

}  // namespace kontor::delivery
