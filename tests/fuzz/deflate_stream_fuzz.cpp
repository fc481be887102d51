// SPDX-License-Identifier: GPL-3.0-or-later
// What a peer sends as compressed: any bytes, cut anywhere, with rests between them. The first byte
// says where to cut and rest.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/net/deflate_codec.hpp"

namespace {

using kontor::net::Inflater;

void require(bool holds) {
  if (!holds) std::abort();
}

// false: no more is to be had.
bool feed(Inflater& inflater, std::string_view piece, std::size_t& made) {
  std::array<char, 500> out{};
  for (bool more = true; more;) {
    const auto step = inflater.run(piece, out);
    if (!step || step->ended) return false;
    require(step->used <= piece.size() && step->made <= out.size());
    piece.remove_prefix(step->used);
    made += step->made;
    more = step->made == out.size();
  }
  require(piece.empty());
  return made < (1U << 20U);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + (data[0] & 63U);
  const bool rests = (data[0] & 64U) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  Inflater inflater;
  std::size_t made = 0;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (!feed(inflater, bytes.substr(at, step), made)) break;
    if (rests) inflater.rest();
    require(inflater.held() < 100'000);
  }
  return 0;
}
