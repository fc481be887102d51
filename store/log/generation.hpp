// SPDX-License-Identifier: GPL-3.0-or-later
// The footer of a log that compaction wrote: the payload of its seal (docs/formats/log.md,
// "Generations"). It says that the generation is complete, when it was made and where the messages
// that were alive then stand in it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/log/device.hpp"

namespace kontor::store {

// A live message in a log: the sequence number of its frame is the item's id.
struct FooterMessage {
  std::uint64_t item = 0;
  std::uint64_t offset = 0;  // of the frame
  std::uint64_t size = 0;    // of the frame
  bool operator==(const FooterMessage&) const = default;
};

struct Footer {
  std::uint32_t generation = 2;
  UtcSeconds made{};
  std::uint64_t replaced_size = 0;      // of the generation before
  std::uint64_t other_bytes = 0;        // frames that are not live messages, the footer not counted
  std::vector<FooterMessage> messages;  // ascending by item and offset
  bool operator==(const Footer&) const = default;
};

// `offset`: where its frame will stand.
std::string encode_footer(const Footer& footer, std::uint64_t offset);
Result<Footer> decode_footer(std::string_view payload);  // corrupt, unsupported

// The footer of a complete generation. corrupt: it is not complete, or not what its name says.
Result<Footer> read_footer(LogDevice& device, std::uint32_t log);

}  // namespace kontor::store
