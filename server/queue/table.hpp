// SPDX-License-Identifier: GPL-3.0-or-later
// Table: a row in memory for each message of the queue, and how much of each log lives.
//
// A row keeps what is looked at often as values and the rest as the bytes of its frame's head, so
// that a message costs some 300 bytes and its addresses. Bytes of messages stay on disk. Not
// locked: one user at a time.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/queue/frames.hpp"
#include "store/format/types.hpp"

namespace kontor::queue {

struct Destination;  // server/queue/schedule.hpp

enum class Stage : std::uint8_t { waiting, taken, delivered, relayed, failed };

struct RecipientState {
  Destination* destination = nullptr;   // of the schedule, which counts those that point to it
  std::shared_ptr<const Outcome> last;  // shared by all whom one try told the same
  UtcSeconds next_try{};
  std::uint16_t tries = 0;
  Stage stage = Stage::waiting;
  bool is_host_down = false;  // deferred with its whole destination
  bool is_done() const noexcept { return stage >= Stage::delivered; }
};

struct Row {
  store::LogPosition position;
  std::uint64_t frame_size = 0;
  std::uint64_t size = 0;  // of the message
  UtcSeconds arrived{};
  UtcSeconds begins{};      // later than that where its sender holds it
  UtcSeconds deliver_by{};  // 0: no such time
  std::string head;         // decode_head(); it was encoded here or decoded before
  std::vector<RecipientState> recipients;
  bool is_durable = false;  // before that nobody may try it
  bool is_notice = false;   // its reverse-path is empty
  bool is_delay_told = false;
  bool is_by_return = false;
  std::int8_t priority = 0;
  // What its envelope says; all of the above but where it stands.
  void take(const Envelope& envelope);
  bool is_done() const noexcept;
};

class Table {
 public:
  // What the frames of one log hold.
  struct LogUse {
    std::uint64_t size = 0;       // of all frames
    std::uint64_t live_size = 0;  // of those of messages still here
    std::uint64_t live = 0;
    std::uint64_t ended_by = 0;     // sequence of the newest frame that ended a message of it
    std::vector<MessageId> placed;  // messages that were put here, live or not
  };
  using Rows = std::map<MessageId, Row>;

  // The frame of `row` stands at its position. There must be no row of that id.
  Row& add(MessageId id, Row row);
  void move(MessageId id, store::LogPosition position, std::uint64_t frame_size);
  Row* find(MessageId id);
  const Row* find(MessageId id) const;
  // `ended_by`: sequence of the frame that ends it.
  void erase(MessageId id, std::uint64_t ended_by = 0);
  const Rows& rows() const noexcept { return rows_; }
  Rows& rows() noexcept { return rows_; }

  // A frame of any kind stands there.
  void count_frame(store::LogPosition position, std::uint64_t frame_size);
  void drop_log(std::uint32_t log);
  const std::map<std::uint32_t, LogUse>& logs() const noexcept { return logs_; }
  std::uint64_t disk_size() const noexcept { return disk_size_; }
  std::uint64_t live_size() const noexcept { return live_size_; }
  std::uint64_t message_bytes() const noexcept { return message_bytes_; }
  std::uint64_t recipients() const noexcept { return recipients_; }

 private:
  void settle_at(MessageId id, const Row& row);
  void leave(const Row& row);

  Rows rows_;
  std::map<std::uint32_t, LogUse> logs_;
  std::uint64_t disk_size_ = 0, live_size_ = 0, message_bytes_ = 0, recipients_ = 0;
};

// The message as it is known; its head was checked when the row was made.
Head head_of(const Row& row);

}  // namespace kontor::queue
