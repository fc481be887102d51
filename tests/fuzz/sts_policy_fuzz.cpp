// SPDX-License-Identifier: GPL-3.0-or-later
// Policies of MTA-STS, their records and the file of them, of any bytes: what is read is written
// and read again the same, and no host in it can break a line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/smtp/client/sts_policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::smtp::client;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(sts_id_of({std::string(bytes)}));
  if (const auto policy = parse_sts_policy(bytes)) {
    const auto again = parse_sts_policy(format_sts_policy(*policy));
    if (!again || *again != *policy) std::abort();
    static_cast<void>(covers(*policy, bytes));
    for (const auto& host : policy->hosts)
      if (host.find_first_of(",\t\r\n ") != std::string::npos) std::abort();
  }
  const auto known = parse_known(bytes);
  if (!known) return 0;
  const auto again = parse_known(format_known(*known));
  if (!again || *again != *known) std::abort();
  return 0;
}
