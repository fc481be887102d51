// SPDX-License-Identifier: GPL-3.0-or-later
// What others are still to be told, as a file: what is read says the same when it is written and
// read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "server/scheduling/journal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::scheduling;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_untold(bytes).has_value());
  // The fuzzer cannot make a checksum.
  std::string file = "KUNT\x01";
  file += '\0';
  file += bytes;
  kontor::append_le(file, kontor::crc32c(file));
  if (const auto untold = parse_untold(file)) {
    const auto written = format_untold(*untold);
    const auto again = parse_untold(written);
    if (!again || format_untold(*again) != written) std::abort();
    if (again->recipients() != untold->recipients() || again->name != untold->name) std::abort();
  }
  return 0;
}
