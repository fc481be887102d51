// SPDX-License-Identifier: GPL-3.0-or-later
// What compaction writes, as any bytes: packed messages, packed deliver payloads, footers. They are
// refused or give a value of the size that was promised; what is read is written again the same.
#include <cstdint>
#include <cstdlib>

#include "store/format/packed.hpp"
#include "store/format/payload.hpp"
#include "store/log/generation.hpp"

namespace {
using namespace kontor;
using namespace kontor::store;

void require(bool condition) {
  if (!condition) std::abort();
}

void try_packed(std::string_view bytes, std::uint64_t size) {
  const auto whole = unpack(bytes, size);
  if (!whole) return;
  require(whole->size() == size);
  const auto from = size / 3, count = size / 4 + 1;
  const auto part = unpack_range(size, from, count, [&](std::uint64_t at, std::uint64_t length) {
    return Result<std::string>(std::string(bytes.substr(at, length)));
  });
  require(part.has_value() && *part == whole->substr(from, count));
}

void try_message(std::string_view message) {
  const auto packed = pack(message);
  if (!packed) return;
  const auto again = unpack(*packed, message.size());
  require(again.has_value() && *again == message);
}

void try_deliver(std::string_view bytes) {
  const auto head = decode_deliver_head(bytes);
  if (!head || head->raw_size > 4 * k_pack_block) return;  // allowed, and slow
  const auto plain = unpack_deliver(std::string(bytes));
  if (!plain) return;
  const auto decoded = decode_payload(FrameType::deliver, *plain);
  require(decoded.has_value());
  require(std::get<DeliverFrame>(*decoded).raw.size() == head->raw_size);
  require(stub_of(bytes).has_value() == stub_of(*plain).has_value());
}

void try_footer(std::string_view bytes) {
  const auto footer = decode_footer(bytes);
  if (!footer) return;
  const auto again = decode_footer(encode_footer(*footer, 7));
  require(again.has_value() && *again == *footer);
}

}  // namespace

// The first byte says what the rest is; of a packed message the next three its size.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  switch (data[0] % 4) {
    case 0:
      try_packed(input.substr(4), (data[1] | data[2] << 8U | data[3] << 16U) % (4 * k_pack_block));
      break;
    case 1:
      try_message(input.substr(1));
      break;
    case 2:
      try_deliver(input.substr(1));
      break;
    default:
      try_footer(input.substr(1));
  }
  return 0;
}
