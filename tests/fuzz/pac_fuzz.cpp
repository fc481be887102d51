// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "directory/krb/pac.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto info = kontor::directory::parse_logon_info(
      std::string_view(reinterpret_cast<const char*>(data), size));
  // Each identifier takes eight bytes at least: no more can come out than went in.
  if (info && info->groups.size() * 8 > size + 8) std::abort();
  return 0;
}
