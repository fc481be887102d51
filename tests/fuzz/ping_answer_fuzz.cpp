// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "directory/krb/ping.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)kontor::directory::parse_ping_answer(bytes);
  const auto answer = kontor::directory::parse_netlogon(bytes);
  if (answer && answer->client_site.size() > 1'025) std::abort();
  return 0;
}
