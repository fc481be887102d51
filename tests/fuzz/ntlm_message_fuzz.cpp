// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "directory/model/ntlm_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto claim = kontor::directory::ntlm_claim(bytes);
  if (!claim) return 0;
  // A name of somebody, as text; no more of it than two names of 1,024 octets can hold.
  if (claim->empty() || !kontor::is_utf8(*claim) || claim->size() > 8 * 1'024) std::abort();
  return 0;
}
