// SPDX-License-Identifier: GPL-3.0-or-later
// The DATA decoder: the first byte says how the rest is split; the end is where CRLF.CRLF first
// stands and nowhere else.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/smtp/wire/data.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1U + data[0] % 17U;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
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
