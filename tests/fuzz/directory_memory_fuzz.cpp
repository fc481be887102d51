// SPDX-License-Identifier: GPL-3.0-or-later
// decode_memory() on any bytes; what it accepts must survive encoding and decoding. The checksum is
// put right first, or hardly any input would come past it.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "base/core/crc32c.hpp"
#include "directory/ldap/memory.hpp"
#include "directory/model/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::directory;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size >= 16) {
    bytes.resize(size - 4);
    ByteWriter sum;
    sum.u32(kontor::crc32c(bytes));
    bytes += sum.bytes();
  }
  const auto memory = decode_memory(bytes);
  if (!memory) return 0;
  std::map<kontor::Uuid, Converted> people;
  for (const auto& one : memory->everybody) people.emplace(one.principal.id.guid, one);
  const auto again = decode_memory(encode_memory(*memory, people));
  if (!again || again->everybody.size() != people.size()) std::abort();
  if (again->position.cookie != memory->position.cookie) std::abort();
  return 0;
}
