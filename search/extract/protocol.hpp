// SPDX-License-Identifier: GPL-3.0-or-later
// What kontord and kontor-extract say to each other (docs/formats/extract-protocol.md): values to
// bytes and back. Pure and bounded; what does not parse is bad_input.
//
// Each attachment has descriptors of its own: the request is a file in memory, the answer and the
// fate are pipes. Nothing that an attachment did to its reader reaches the next one's.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "search/extract/extractor.hpp"

namespace kontor::search {

inline constexpr std::uint32_t k_extract_version = 1;
inline constexpr std::size_t k_order_descriptors = 3;     // request, answer, fate
inline constexpr std::uint64_t k_most_text = 16U << 20U;  // of an answer, bytes
inline constexpr std::uint64_t k_most_why = 1'000;
inline constexpr std::size_t k_most_name =
    1'000;  // of a media type or a file; the rest is left out

// The first packet, from kontor-extract: what its readers cannot do.
struct Greeting {
  bool no_calls = false;  // seccomp is in force
  bool no_paths = false;  // Landlock is in force
};

// A packet to kontor-extract, with the three descriptors: read an attachment.
struct Order {
  std::uint32_t seconds = 0;  // how long it may take
  std::uint64_t memory = 0;   // bytes of address space beyond what the program itself has
};

// How the reader of an attachment ended; on the fate pipe, after it has gone.
enum class End : std::uint8_t {
  done,     // status 0: the answer is whole
  status,   // another status: `number`
  signal,   // `number`
  time,     // killed: too long
  misuse,   // killed: it asked the kernel for what a reader does not need
  refused,  // it could not be started, or could not give its rights away
};
struct Fate {
  End end = End::refused;
  std::uint8_t number = 0;
};
// Statuses a reader ends with by itself.
inline constexpr int k_status_no_memory = 3;
inline constexpr int k_status_no_sandbox = 4;

std::string encode(const Greeting& greeting);
std::string encode(const Order& order);
std::string encode(const Fate& fate);
Result<Greeting> parse_greeting(std::string_view bytes);
Result<Order> parse_order(std::string_view bytes);
Result<Fate> parse_fate(std::string_view bytes);

// What stands before the attachment's bytes in the request.
std::string request_head(const Attachment& attachment);
// The views are into `bytes`.
Result<Attachment> parse_request(std::string_view bytes);
std::string encode_answer(const Extracted& extracted);
// The text is valid UTF-8 whatever came. `unavailable` is not for a reader to say.
Result<Extracted> parse_answer(std::string_view bytes);

}  // namespace kontor::search
