// SPDX-License-Identifier: GPL-3.0-or-later
// The packed form of a message's bytes: zstd in blocks that are unpacked each on its own, behind a
// small table, so that a part of a big message costs what that part needs (docs/formats/frames.md,
// "Packed messages").
//
// unpack(pack(x), size of x) == x. Any bytes unpack to a value or to corrupt; no more memory is
// taken than the size that was promised. Pure; any thread (each keeps its own context of zstd).
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::store {

inline constexpr std::uint64_t k_pack_block = 128U << 10U;  // of the message; the last is shorter

// Nothing: it would save less than a sixteenth.
std::optional<std::string> pack(std::string_view message);

// The bytes before the first block of a message of this size.
std::uint64_t pack_table_size(std::uint64_t size) noexcept;
// Do these bytes have the length that their table says?
Result<void> check_packed(std::string_view packed, std::uint64_t size);

Result<std::string> unpack(std::string_view packed, std::uint64_t size);

// Gives `size` bytes of the packed form from `offset`; called for the table, then for the blocks.
using ReadPacked = std::function<Result<std::string>(std::uint64_t offset, std::uint64_t size)>;
// The bytes [from, from + count) of a message of `size` bytes; what lies behind its end is left
// out.
Result<std::string> unpack_range(std::uint64_t size,
                                 std::uint64_t from,
                                 std::uint64_t count,
                                 const ReadPacked& read);

}  // namespace kontor::store
