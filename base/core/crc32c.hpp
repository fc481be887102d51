// SPDX-License-Identifier: GPL-3.0-or-later
// CRC-32C (Castagnoli; RFC 3720 B.4), the checksum of everything on disk. Pure; uses SSE 4.2.
#pragma once
#include <cstdint>
#include <string_view>

namespace kontor {

// The checksum of `bytes`; with `previous`, of the bytes before and these together.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous = 0) noexcept;

}  // namespace kontor
