// SPDX-License-Identifier: GPL-3.0-or-later
// What the frames of the queue's log say, as values, and their bytes (docs/formats/queue.md). Pure.
//
// Any bytes decode to a value or to an error: corrupt (not a payload of that type), unsupported
// (written by a later version). The destination of a recipient is no part of them: it is asked of
// the transport when the queue starts.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "server/queue/message.hpp"

namespace kontor::queue {

// A message as it came: what is known of it besides its bytes.
struct Head {
  Envelope envelope;
  std::vector<Recipient> recipients;
};

// Where a recipient stands. A deferred one waits for its next try.
struct RecipientMark {
  Fate fate = Fate::deferred;
  std::uint32_t tries = 0;
  UtcSeconds next_try{};
  std::uint32_t outcome = 0;  // 1 is the first of the outcomes beside it; 0: none yet
};

// FrameType::queue_message, and queue_carried: the same written again, with its id and marks.
struct MessageFrame {
  MessageId id = 0;  // 0 in queue_message: the frame's sequence number is the id
  bool is_delay_told = false;
  std::vector<RecipientMark> marks;  // of each recipient; empty in queue_message
  std::vector<Outcome> outcomes;
  std::string_view head;  // decode_head()
  std::string_view body;  // the message
};

// FrameType::queue_fates: what one try, or one unreachable host, brought.
struct FateRow {
  MessageId id = 0;
  std::uint32_t recipient = 0;  // which of the message's
  RecipientMark mark;
};
struct FatesFrame {
  std::vector<Outcome> outcomes;
  std::vector<FateRow> rows;
  std::vector<MessageId> delay_told;  // their senders have been told of the delay
};

// FrameType::queue_removed.
struct RemovedFrame {
  std::vector<MessageId> ids;
};

std::string encode_head(const Head& head);
Result<Head> decode_head(std::string_view bytes);

std::string encode_message(std::string_view head, std::string_view body);
std::string encode_carried(const MessageFrame& frame);
std::string encode_fates(const FatesFrame& frame);
std::string encode_removed(const RemovedFrame& frame);

Result<MessageFrame> decode_message(std::string_view bytes);  // views into `bytes`
Result<MessageFrame> decode_carried(std::string_view bytes);  // the same
Result<FatesFrame> decode_fates(std::string_view bytes);
Result<RemovedFrame> decode_removed(std::string_view bytes);

// The message within either payload, without a look at the rest: corrupt.
Result<std::string> body_of(std::string payload);

}  // namespace kontor::queue
