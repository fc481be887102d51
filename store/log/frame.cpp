// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/frame.hpp"

#include <concepts>

#include "base/core/crc32c.hpp"
#include "base/core/uuid.hpp"

namespace kontor::store {
namespace {

constexpr std::string_view k_log_magic = "KONTORLG";
constexpr std::size_t k_checksum_at = 12;  // within a frame header
constexpr std::uint8_t k_flag_group_end = 1;

template <std::unsigned_integral T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

template <std::unsigned_integral T>
T get(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = sizeof(T); i > 0; --i)
    value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[at + i - 1]));
  return value;
}

std::uint32_t frame_checksum(std::uint64_t salt, std::string_view frame) {
  std::string start;
  put(start, salt);
  std::uint32_t sum = crc32c(start);
  sum = crc32c(frame.substr(0, k_checksum_at), sum);
  return crc32c(frame.substr(k_checksum_at + 4), sum);
}

bool known_type(std::uint8_t type) {
  const auto is_between = [type](FrameType first, FrameType last) {
    return type >= static_cast<std::uint8_t>(first) && type <= static_cast<std::uint8_t>(last);
  };
  return is_between(FrameType::account, FrameType::reader_flags) ||
         is_between(FrameType::stub, FrameType::stub) ||
         is_between(FrameType::queue_message, FrameType::queue_carried);
}

}  // namespace

std::string encode_log_header(const LogHeader& header) {
  std::string block(k_log_magic);
  put(block, header.version);
  put(block, static_cast<std::uint8_t>(header.generation - 1));
  block.append(2, '\0');
  put(block, header.number);
  put(block, header.salt);
  put(block, header.first_sequence);
  put(block, header.incarnation);
  block.resize(k_block_size - 4, '\0');
  put(block, crc32c(block));
  return block + block;
}

std::optional<LogHeader> decode_log_block(std::string_view block) {
  if (block.size() != k_block_size || !block.starts_with(k_log_magic)) return std::nullopt;
  if (get<std::uint32_t>(block, k_block_size - 4) != crc32c(block.substr(0, k_block_size - 4)))
    return std::nullopt;
  LogHeader header;
  header.version = get<std::uint8_t>(block, 8);
  header.generation = get<std::uint8_t>(block, 9) + 1U;
  header.number = get<std::uint32_t>(block, 12);
  header.salt = get<std::uint64_t>(block, 16);
  header.first_sequence = get<std::uint64_t>(block, 24);
  header.incarnation = get<std::uint64_t>(block, 32);
  return header;
}

void encode_frame(std::string& out, RawFrame frame, std::uint64_t salt, std::string_view payload) {
  const std::size_t begin = out.size();
  out.append(k_frame_magic);
  put(out, k_log_version);
  put(out, static_cast<std::uint8_t>(frame.header.type));
  put(out, frame.header.codec);
  put(out, static_cast<std::uint8_t>(frame.group_end ? k_flag_group_end : 0));
  put(out, static_cast<std::uint32_t>(payload.size()));
  put(out, std::uint32_t{0});
  put(out, frame.header.incarnation);
  put(out, frame.header.sequence);
  put(out, frame.durable_upto);
  out.append(payload);
  std::string sum;
  put(sum, frame_checksum(salt, std::string_view(out).substr(begin)));
  out.replace(begin + k_checksum_at, sum.size(), sum);
}

std::optional<RawFrame> decode_any_frame_header(std::string_view bytes) {
  if (bytes.size() < k_frame_header_size || !bytes.starts_with(k_frame_magic)) return std::nullopt;
  const auto type = get<std::uint8_t>(bytes, 5);
  const auto flags = get<std::uint8_t>(bytes, 7);
  RawFrame frame;
  frame.header.type = static_cast<FrameType>(type);
  frame.header.codec = get<std::uint8_t>(bytes, 6);
  frame.group_end = (flags & k_flag_group_end) != 0;
  frame.length = get<std::uint32_t>(bytes, 8);
  frame.checksum = get<std::uint32_t>(bytes, k_checksum_at);
  frame.header.incarnation = get<std::uint64_t>(bytes, 16);
  frame.header.sequence = get<std::uint64_t>(bytes, 24);
  frame.durable_upto = get<std::uint64_t>(bytes, 32);
  return frame;
}

std::optional<RawFrame> decode_frame_header(std::string_view bytes) {
  auto frame = decode_any_frame_header(bytes);
  if (!frame) return std::nullopt;
  const bool plausible =
      get<std::uint8_t>(bytes, 4) == k_log_version && known_type(get<std::uint8_t>(bytes, 5)) &&
      get<std::uint8_t>(bytes, 7) <= k_flag_group_end && frame->length <= k_max_payload &&
      frame->durable_upto < frame->header.sequence;
  return plausible ? frame : std::nullopt;
}

bool checksum_fits(const RawFrame& frame, std::uint64_t salt, std::string_view bytes) {
  return bytes.size() == frame.size() && frame_checksum(salt, bytes) == frame.checksum;
}

std::uint64_t next_incarnation(std::uint64_t previous) {
  std::uint32_t low = 0;
  random_bytes(&low, sizeof low);
  return ((previous >> 32U) + 1) << 32U | low;
}

bool may_follow(std::uint64_t previous, std::uint64_t next) noexcept {
  return next == previous || (next >> 32U) > (previous >> 32U);
}

}  // namespace kontor::store
