// SPDX-License-Identifier: GPL-3.0-or-later
// A charset is found for any bytes, the same one each time, and what is read with it is UTF-8.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace mime = kontor::mime;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto charset = mime::detect_charset(bytes);
  require(mime::is_known_charset(charset));
  require(mime::detect_charset(bytes) == charset);
  require(kontor::is_utf8(mime::text_of_unknown(bytes)));
  (void)mime::looks_like_text(bytes);
  return 0;
}
