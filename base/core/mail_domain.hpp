// SPDX-License-Identifier: GPL-3.0-or-later
// The domain of a mail address, as domains are compared.
#pragma once
#include <string>
#include <string_view>

#include "base/core/text.hpp"

namespace kontor {

// What stands behind the last "@", in lower case; empty: the address has none.
inline std::string mail_domain(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : to_lower(address.substr(at + 1));
}

}  // namespace kontor
