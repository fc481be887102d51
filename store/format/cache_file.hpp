// SPDX-License-Identifier: GPL-3.0-or-later
// The outside of a file that is only a cache and read as a whole: a magic of 8 bytes, a version and
// the checksum of the rest (fixed, 4 bytes each), the rest. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::store {

struct CacheFile {
  std::string_view magic;
  std::uint32_t version;
  std::string_view name;  // "an index of accounts", for what is said of a damaged one
};

std::string seal_cache(const CacheFile& kind, std::string_view body);
// The body, within `bytes`. corrupt: another kind or version, or damaged.
Result<std::string_view> open_cache(const CacheFile& kind, std::string_view bytes);

}  // namespace kontor::store
