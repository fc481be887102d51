// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of a log: its two header blocks and its frames (docs/formats/log.md). Pure.
//
// Decoding trusts nothing: any bytes give a value that passed every check, or nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/log/account_log.hpp"

namespace kontor::store {

inline constexpr std::uint8_t k_log_version = 1;
inline constexpr std::uint64_t k_block_size = 512;           // of each copy of the log's header
inline constexpr std::uint64_t k_log_start = 1'024;          // where the first frame stands
inline constexpr std::uint64_t k_frame_header_size = 40;     // then the payload
inline constexpr std::uint64_t k_max_payload = 256U << 20U;  // longer is refused
inline constexpr std::string_view k_frame_magic = "\xF5KFR";

struct LogHeader {
  std::uint8_t version = k_log_version;
  std::uint32_t number = 0;
  std::uint32_t generation = 1;  // store/format/types.hpp
  std::uint64_t salt = 0;        // random; part of every checksum in this log
  std::uint64_t first_sequence = 1;
  std::uint64_t incarnation = 0;  // of the owner who began the log
};

// Both copies, k_log_start bytes.
std::string encode_log_header(const LogHeader& header);
// From one block of k_block_size bytes; nothing when magic or checksum are wrong.
std::optional<LogHeader> decode_log_block(std::string_view block);

// A frame header with what recovery needs besides.
struct RawFrame {
  FrameHeader header;
  bool group_end = false;          // last frame of one append()
  std::uint32_t length = 0;        // of the payload
  std::uint32_t checksum = 0;      // CRC32C of salt, header and payload
  std::uint64_t durable_upto = 0;  // sequence known to be on the device when it was written
  std::uint64_t size() const noexcept { return k_frame_header_size + length; }
};

// Appends header and payload to `out`; the checksum is computed.
void encode_frame(std::string& out, RawFrame frame, std::uint64_t salt, std::string_view payload);
// From at least k_frame_header_size bytes; magic, version, type, flags and limits are checked, the
// checksum is not.
std::optional<RawFrame> decode_frame_header(std::string_view bytes);
// The same of a frame that a later version may have written: magic alone is checked. Its checksum
// tells whether it was a frame at all.
std::optional<RawFrame> decode_any_frame_header(std::string_view bytes);
// `bytes` is the whole frame of size().
bool checksum_fits(const RawFrame& frame, std::uint64_t salt, std::string_view bytes);

// A later incarnation than `previous`: a counter above, 32 random bits below.
std::uint64_t next_incarnation(std::uint64_t previous);
// May a frame of `next` stand behind one of `previous`: the same, or a later one.
bool may_follow(std::uint64_t previous, std::uint64_t next) noexcept;

}  // namespace kontor::store
