// SPDX-License-Identifier: GPL-3.0-or-later
// Files of gzip (RFC 1952), and what archives of ZIP are made of (RFC 1951). Pure; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::net {

// unavailable: no memory.
Result<std::string> gzip(std::string_view bytes);

// What was compressed, of all members of the file; its sum is checked. limit: it is longer than
// `most`, and no more than that was ever made of it. bad_input: not gzip, damaged, or cut short.
Result<std::string> gunzip(std::string_view bytes, std::size_t most);

// The same of bare DEFLATE data that ends where `bytes` end.
Result<std::string> inflate(std::string_view bytes, std::size_t most);

std::uint32_t crc32(std::string_view bytes);  // of ZIP and gzip

}  // namespace kontor::net
