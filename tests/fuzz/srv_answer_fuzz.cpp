// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "directory/krb/controllers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto records = kontor::directory::parse_srv_answer(bytes);
  if (records)
    for (const auto& record : *records)
      if (record.target.empty() || record.target.size() > 1'025) std::abort();
  (void)kontor::directory::parse_controller(bytes);
  return 0;
}
