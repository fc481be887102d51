// SPDX-License-Identifier: GPL-3.0-or-later
// Files of held messages and answers of moderators: what is read is written as it was; a verdict's
// reason is one line of UTF-8; nobody's address is taken for an answer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "server/moderation/answer.hpp"
#include "server/moderation/held.hpp"

namespace {

using namespace kontor;
using namespace kontor::moderation;

void check_held(std::string_view bytes) {
  const auto held = parse_held(bytes);
  if (held && format_held(*held) != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_held(text);
  // With a head and a checksum that fit, so that the values are reached.
  std::string whole = "KMOD";
  append_le(whole, std::uint16_t{1});
  whole += text;
  append_le(whole, crc32c(whole));
  check_held(whole);
  if (const auto verdict = read_verdict(text, {20, 200})) {
    if (!is_utf8(verdict->reason)) std::abort();
    for (const char c : verdict->reason)
      if (static_cast<unsigned char>(c) < ' ') std::abort();
  }
  static const std::string k_key(32, 'k');
  const auto id = id_in(text, k_key);
  if (id && to_lower(text) != token_of(*id, k_key)) std::abort();
  return 0;
}
