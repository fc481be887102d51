// SPDX-License-Identifier: GPL-3.0-or-later
// Hashes for the keys of PersistentMap, which takes four bits of them a level.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "directory/model/model.hpp"

namespace kontor::directory {

inline std::uint64_t mix(std::uint64_t value) noexcept {  // spreads what std::hash leaves together
  value ^= value >> 32;
  value *= 0x9E3779B97F4A7C15U;
  return value ^ value >> 29;
}

struct IdHash {
  std::uint64_t operator()(const PrincipalId& id) const noexcept {
    return mix(std::hash<Uuid>{}(id.guid) + std::hash<std::string>{}(id.source));
  }
};

struct TextHash {
  std::uint64_t operator()(std::string_view text) const noexcept {
    return mix(std::hash<std::string_view>{}(text));
  }
};

}  // namespace kontor::directory
