// SPDX-License-Identifier: GPL-3.0-or-later
// The file of mail domains: whatever is read is written as the same bytes.
#include <cstdlib>
#include <string_view>

#include "server/delivery/domain_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace kontor::delivery;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto name = parse_domain_name(bytes)) {
    const auto again = parse_domain_name(*name);
    if (!again || *again != *name) std::abort();
  }
  const auto names = parse_domains(bytes);
  if (!names) return 0;
  const auto again = parse_domains(format_domains(*names));
  if (!again || *again != *names) std::abort();
  return 0;
}
