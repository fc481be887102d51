// SPDX-License-Identifier: GPL-3.0-or-later
// The list of paused domains: whatever is read is written as the same bytes.
#include <cstdlib>
#include <string_view>

#include "server/queue/paused.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace kontor::queue;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto domains = decode_paused(bytes);
  if (!domains) return 0;
  const auto again = decode_paused(encode_paused(*domains));
  if (!again || *again != *domains) std::abort();
  return 0;
}
