// SPDX-License-Identifier: GPL-3.0-or-later
// What the reader of a domain keeps over a restart (docs/formats/directory-memory.md): everybody as
// last read, and how far the controller's database was read for that. Both stand in one file under
// one checksum, so that neither is ever used with another. Pure but for the two that name a file.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "directory/ldap/follower.hpp"

namespace kontor::directory {

inline constexpr std::uint32_t k_memory_version = 2;

struct Memory {
  std::string about;                 // what was read, and by which settings: another is of no use
  std::string database;              // invocationId of the controller
  Position position;                 // in it
  std::int64_t everything_read = 0;  // UTC seconds: when the last complete reading was
  std::vector<Converted> everybody;
};

// `memory.everybody` is not looked at, but `people`, who may be many.
std::string encode_memory(const Memory& memory, const std::map<Uuid, Converted>& people);
// corrupt: damaged or something else; unsupported: of another version.
Result<Memory> decode_memory(std::string_view bytes);

std::string memory_file(const std::string& data_folder, const std::string& domain);
// Durably, in place of the one before.
Result<void> write_memory(const std::string& file,
                          const Memory& memory,
                          const std::map<Uuid, Converted>& people);
Result<Memory> read_memory(const std::string& file);

}  // namespace kontor::directory
