// SPDX-License-Identifier: GPL-3.0-or-later
// What a checksum can give back: the one bit of a frame that is wrong, and the salt of a log that
// has lost its header.
//
// CRC32C tells every single wrong bit of a frame apart (they are shorter than 2^31 bits), and can
// be run backwards. Pure; a few nanoseconds a byte.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kontor::store {

struct WrongBit {
  std::size_t byte = 0;
  std::uint8_t mask = 0;  // xor with it puts the byte right
};

// `frame` is header and payload of a frame whose checksum does not fit.
std::optional<WrongBit> find_wrong_bit(std::string_view frame, std::uint64_t salt);

// A salt with which the checksum of this whole frame fits. It fits the other frames of that log
// too, whichever of the salts that do it is.
std::uint64_t find_salt(std::string_view frame);

}  // namespace kontor::store
