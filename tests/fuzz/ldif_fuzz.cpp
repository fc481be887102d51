// SPDX-License-Identifier: GPL-3.0-or-later
// The embedded directory's file: parse_local_directory() on any bytes, and what parses can be
// written and parsed again.
#include <cstdint>
#include <cstdlib>

#include "directory/local/ldif.hpp"
#include "directory/local/local_directory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::directory;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto entries = parse_ldif(bytes);
  if (!entries) return 0;
  std::string written;
  for (const auto& entry : *entries) {
    written += ldif_line("dn", entry.dn);
    for (const auto& [name, value] : entry.attributes) written += ldif_line(name, value);
    written += "\n";
  }
  const auto again = parse_ldif(written);
  if (!again || again->size() != entries->size()) std::abort();
  if (const auto directory = parse_local_directory(bytes); directory)
    const DirectoryCopy copy(directory->principals, 1);
  return 0;
}
