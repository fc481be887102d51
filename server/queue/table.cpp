// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/table.hpp"

#include <algorithm>

namespace kontor::queue {

void Row::take(const Envelope& envelope) {
  arrived = envelope.arrived;
  begins = envelope.begins();
  deliver_by = envelope.deliver_by;
  is_notice = envelope.sender.empty();
  is_by_return = envelope.is_by_return;
  priority = envelope.priority;
}

bool Row::is_done() const noexcept {
  return std::ranges::all_of(recipients, &RecipientState::is_done);
}

void Table::count_frame(store::LogPosition position, std::uint64_t frame_size) {
  logs_[position.file].size += frame_size;
  disk_size_ += frame_size;
}

void Table::settle_at(MessageId id, const Row& row) {
  auto& use = logs_[row.position.file];
  use.live_size += row.frame_size;
  ++use.live;
  use.placed.push_back(id);
  live_size_ += row.frame_size;
}

void Table::leave(const Row& row) {
  auto& use = logs_[row.position.file];
  use.live_size -= row.frame_size;
  --use.live;
  live_size_ -= row.frame_size;
}

Row& Table::add(MessageId id, Row row) {
  Row& added = rows_.emplace(id, std::move(row)).first->second;
  settle_at(id, added);
  message_bytes_ += added.size;
  recipients_ += added.recipients.size();
  return added;
}

void Table::move(MessageId id, store::LogPosition position, std::uint64_t frame_size) {
  Row& row = rows_.at(id);
  leave(row);
  row.position = position;
  row.frame_size = frame_size;
  settle_at(id, row);
}

Row* Table::find(MessageId id) {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

const Row* Table::find(MessageId id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

void Table::erase(MessageId id, std::uint64_t ended_by) {
  const auto found = rows_.find(id);
  if (found == rows_.end()) return;
  auto& use = logs_[found->second.position.file];
  use.ended_by = std::max(use.ended_by, ended_by);
  leave(found->second);
  message_bytes_ -= found->second.size;
  recipients_ -= found->second.recipients.size();
  rows_.erase(found);
}

void Table::drop_log(std::uint32_t log) {
  const auto found = logs_.find(log);
  if (found == logs_.end()) return;
  disk_size_ -= found->second.size;
  logs_.erase(found);
}

Head head_of(const Row& row) {
  auto head = decode_head(row.head);
  return head ? *std::move(head) : Head{};
}

}  // namespace kontor::queue
