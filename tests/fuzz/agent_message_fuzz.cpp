// SPDX-License-Identifier: GPL-3.0-or-later
// The socket between kontord and kontor-directory: any bytes, in pieces; a message that is accepted
// is written back as it came.
#include <cstdint>
#include <cstdlib>

#include "directory/cache/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::directory;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  MessageReader reader;
  std::string accepted;
  for (std::size_t at = 0; at < size; at += 13) {
    reader.feed(bytes.substr(at, 13));
    for (;;) {
      const auto next = reader.next();
      if (!next) return 0;
      if (!*next) break;
      accepted += encode_message(**next);
    }
  }
  if (bytes.substr(0, accepted.size()) != accepted) std::abort();
  return 0;
}
