// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP: any bytes as another server's answer, whole and byte by byte: none is longer than was
// asked for, and none hangs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/wire/reply.hpp"

namespace {

using namespace kontor::http::wire;

constexpr std::size_t k_most = 4'096;

// Given in pieces of `step` bytes; nothing: refused.
std::optional<Reply> read(std::string_view bytes, std::size_t step) {
  ReplyParser parser({k_most, k_most});
  std::string held;
  while (!bytes.empty() && !parser.is_done()) {
    held.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    const auto taken = parser.take(held);
    if (!taken) return std::nullopt;
    held.erase(0, *taken);
  }
  if (!parser.is_done() && !parser.end()) return std::nullopt;
  return parser.release();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(read(bytes, 1));
  const auto whole = read(bytes, size == 0 ? 1 : size);
  if (!whole) return 0;
  if (whole->body.size() > k_most) std::abort();
  for (const auto& field : whole->fields)
    if (field.value.find('\n') != std::string::npos) std::abort();
  return 0;
}
