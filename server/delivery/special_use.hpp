// SPDX-License-Identifier: GPL-3.0-or-later
// Flags and special uses by the names that mail programs and scripts give them (RFC 9051, 2.3.2;
// RFC 6154; RFC 8457). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "store/format/types.hpp"

namespace kontor::delivery {

store::SpecialUse find_special_use(std::string_view name);  // none: there is no such use

struct MessageFlags {
  store::FlagBits system = 0;
  std::vector<std::string> keywords;
};
// What cannot be a flag is left out.
MessageFlags message_flags(const std::vector<std::string>& names);

}  // namespace kontor::delivery
