// SPDX-License-Identifier: GPL-3.0-or-later
// XML of WebDAV: any bytes as a document. What is read is written, and read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/dav/xml/element.hpp"

namespace {

using namespace kontor::dav::xml;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t depth_of(const Element& element) {
  std::size_t deepest = 0;
  for (const auto& child : element.children)
    if (!child.is_text()) deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr Limits limits{16, 2'000};
  const auto root = read({reinterpret_cast<const char*>(data), size}, limits);
  if (!root) return 0;
  require(depth_of(*root) <= limits.depth);
  const auto text = write_fragment(*root);
  const auto again = read(text);
  require(again.has_value());
  require(write_fragment(*again) == text);
  return 0;
}
