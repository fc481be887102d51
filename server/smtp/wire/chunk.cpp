// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/chunk.hpp"

namespace kontor::smtp::wire {

// Is there a CR without LF or an LF without CR, what stood before `bytes` included?
bool ChunkDecoder::has_bare(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    if (after_cr_) {
      if (bytes[at++] != '\n') return true;
      after_cr_ = false;
      continue;
    }
    const auto next = bytes.find_first_of("\r\n", at);
    if (next == std::string_view::npos) break;
    if (bytes[next] == '\n') return true;
    after_cr_ = true;
    at = next + 1;
  }
  return false;
}

void ChunkDecoder::feed(std::string_view bytes) {
  size_ += bytes.size();
  if (!is_binary_ && !bare_) bare_ = has_bare(bytes);
  if (bare_ || is_too_large()) {
    message_ = {};
  } else {
    message_.append(bytes);
  }
}

void ChunkDecoder::end() {
  if (!after_cr_) return;
  bare_ = true;
  message_ = {};
}

}  // namespace kontor::smtp::wire
