// SPDX-License-Identifier: GPL-3.0-or-later
// The decoders of DATA and BDAT: the first byte says how the rest is split; the end of DATA is
// where CRLF.CRLF first stands and nowhere else; chunks of text have no bare CR or LF.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/smtp/wire/chunk.hpp"
#include "server/smtp/wire/data.hpp"

namespace {

using kontor::smtp::wire::ChunkDecoder;

bool has_bare(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) return true;
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return true;
  }
  return false;
}

void check_chunks(std::string_view bytes, std::size_t piece) {
  for (const bool is_binary : {false, true}) {
    ChunkDecoder decoder(2'048, is_binary);
    for (std::size_t at = 0; at < bytes.size(); at += piece) decoder.feed(bytes.substr(at, piece));
    decoder.end();
    if (decoder.has_bare_cr_or_lf() != (!is_binary && has_bare(bytes))) std::abort();
    if (decoder.size() != bytes.size() || decoder.is_too_large() != (bytes.size() > 2'048))
      std::abort();
    const bool is_kept = !decoder.has_bare_cr_or_lf() && !decoder.is_too_large();
    if (decoder.take() != (is_kept ? bytes : std::string_view())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1U + data[0] % 17U;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  check_chunks(bytes, piece);
  kontor::smtp::wire::DataDecoder split(4'096);
  kontor::smtp::wire::DataDecoder whole(4'096);
  std::size_t used = 0;
  while (used < bytes.size() && !split.is_done()) used += split.feed(bytes.substr(used, piece));
  if (whole.feed(bytes) != used || whole.is_done() != split.is_done() ||
      whole.has_bare_cr_or_lf() != split.has_bare_cr_or_lf() || whole.size() != split.size())
    std::abort();
  const auto end = ("\r\n" + std::string(bytes)).find("\r\n.\r\n");
  if (whole.is_done() != (end != std::string::npos)) std::abort();
  if (whole.is_done() && used != end + 3) std::abort();
  if (whole.take() != split.take()) std::abort();
  return 0;
}
