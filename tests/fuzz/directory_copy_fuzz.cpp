// SPDX-License-Identifier: GPL-3.0-or-later
// decode_copy() on any bytes; what it accepts must survive encoding and decoding. The checksum is
// put right first, or hardly any input would come past it.
#include <cstdint>
#include <cstdlib>

#include "base/core/crc32c.hpp"
#include "directory/model/encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::directory;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size >= 16) {
    bytes.resize(size - 4);
    ByteWriter sum;
    sum.u32(kontor::crc32c(bytes));
    bytes += sum.bytes();
  }
  const auto copy = decode_copy(bytes);
  if (!copy) return 0;
  const DirectoryCopy built(copy->principals, copy->generation);
  const auto again = decode_copy(encode_copy(built));
  if (!again || again->principals.size() != built.size()) std::abort();
  for (const auto& principal : built.all()) {
    built.expand(principal->id);
    built.effective_sids(principal->id);
    built.find_login(principal->principal_name, "");
  }
  built.problems();
  return 0;
}
