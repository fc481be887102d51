// SPDX-License-Identifier: GPL-3.0-or-later
// Files of gzip (RFC 1952). Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::net {

// unavailable: no memory.
Result<std::string> gzip(std::string_view bytes);

}  // namespace kontor::net
