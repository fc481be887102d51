// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/format/cache_file.hpp"

#include "base/core/crc32c.hpp"
#include "store/format/bytes.hpp"

namespace kontor::store {

std::string seal_cache(const CacheFile& kind, std::string_view body) {
  ByteWriter out;
  out.raw(kind.magic);
  out.fixed(kind.version);
  out.fixed(crc32c(body));
  out.raw(body);
  return out.take();
}

Result<std::string_view> open_cache(const CacheFile& kind, std::string_view bytes) {
  ByteReader in(bytes);
  const auto magic = in.raw(kind.magic.size());
  const auto version = in.fixed<std::uint32_t>();
  const auto checksum = in.fixed<std::uint32_t>();
  const auto body = in.raw(in.left());
  if (!in.ok() || magic != kind.magic || version != kind.version || crc32c(body) != checksum)
    return fail(Errc::corrupt, "not " + std::string(kind.name));
  return body;
}

}  // namespace kontor::store
