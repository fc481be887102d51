// SPDX-License-Identifier: GPL-3.0-or-later
// Space comes back log by log, oldest first. A log whose messages have all ended is removed; when
// the logs hold more than twice what lives, the messages left in the oldest are written again at
// the end, with where their recipients stand. So the logs never hold more than twice the live bytes
// and two logs, and what is written again is at most as much as is given back. Jobs of the disk
// pool, one at a time.
#include "base/log/events/queue.hpp"
#include "server/queue/apply.hpp"
#include "server/queue/disk_queue.hpp"
#include "store/log/frame.hpp"

namespace kontor::queue {

using log::Keys;
namespace events = log::events;

namespace {

constexpr std::uint64_t k_carried_at_once = 4U << 20U;  // bytes

}  // namespace

// The oldest log, when something can be done about it.
std::optional<std::uint32_t> DiskQueue::garbage(const Core& core) const {
  const auto& logs = core.table.logs();
  if (core.is_closed || core.error || !core.log || logs.empty()) return std::nullopt;
  const auto& [number, use] = *logs.begin();
  const auto durable = core.log->durable();
  if (number >= durable.end.file) return std::nullopt;  // still written to
  if (use.live == 0) {
    // Before the frame that ended its last message is on the disk, with the notice about it, a
    // crash must find that message.
    return durable.sequence >= use.ended_by ? std::optional(number) : std::nullopt;
  }
  const auto bound = 2 * core.table.live_size() + 2 * options_.segment_size;
  if (core.table.disk_size() <= bound || number == core.blocked_log) return std::nullopt;
  return number;
}

void DiskQueue::reclaim_later(Core& core) {
  if (core.is_reclaiming || !garbage(core)) return;
  core.is_reclaiming = true;
  disk_.post([this] { reclaim(); });
}

// Ends, or goes on when what it carried is durable.
void DiskQueue::reclaim() {
  while (true) {
    std::shared_ptr<store::AccountLog> log;
    bool is_empty = false;
    const auto oldest = core_.with([&](Core& core) {
      const auto found = garbage(core);
      if (!found) core.is_reclaiming = false;
      log = core.log;
      is_empty = found && core.table.logs().begin()->second.live == 0;
      return found;
    });
    if (!oldest) return;
    if (!is_empty) {
      if (carry(*log, *oldest)) return;
      continue;
    }
    const auto dropped = log->drop_before(*oldest + 1);
    if (!dropped) log_.emit(events::k_queue_not_reclaimed, dropped.error());
    core_.with([&](Core& core) {
      if (dropped) core.table.drop_log(*oldest);
      if (!dropped) core.is_reclaiming = false;
    });
    if (!dropped) return;
  }
}

// Writes messages of the log again; false: none could be. The next piece is done when they are
// durable.
bool DiskQueue::carry(store::AccountLog& log, std::uint32_t number) {
  struct Carried {
    MessageId id = 0;
    store::LogPosition position;
    std::string payload;
  };
  std::vector<Carried> all;
  core_.with([&](Core& core) {
    std::uint64_t size = 0;
    for (const auto id : core.table.logs().at(number).placed) {
      const Row* row = core.table.find(id);
      if (row == nullptr || row->position.file != number) continue;
      if (size > 0 && size + row->frame_size > k_carried_at_once) break;
      size += row->frame_size;
      all.push_back({id, row->position, {}});
    }
  });
  for (auto& one : all) {
    auto payload = log.read_payload(one.position);
    if (payload) {
      one.payload = *std::move(payload);
      continue;
    }
    log_.emit(events::k_queue_message_unreadable, payload.error(), {{Keys::queue_id, one.id}});
    core_.with([&](Core& core) { core.blocked_log = number; });
    return false;
  }
  return core_.with([&](Core& core) {
    std::vector<store::NewFrame> frames;
    auto moved = std::make_shared<std::vector<Moved>>();
    for (const auto& one : all) {
      const Row* row = core.table.find(one.id);
      const auto body = decode_message(one.payload);
      if (row == nullptr || row->position != one.position || !body) continue;
      MessageFrame frame;
      frame.id = one.id;
      frame.is_delay_told = row->is_delay_told;
      frame.marks = marks_of(*row, frame.outcomes);
      frame.head = row->head;
      frame.body = body->body;
      frames.push_back({store::FrameType::queue_carried, encode_carried(frame)});
      moved->push_back(
          {one.id, one.position, {}, store::k_frame_header_size + frames.back().payload.size()});
    }
    if (moved->empty()) return false;
    const auto appended =
        append(core, std::move(frames), [this, moved](const Result<void>& result) {
          if (!result) return;
          settle_carried(*moved);
          disk_.post([this] { reclaim(); });
        });
    if (!appended) return false;
    for (std::size_t i = 0; i < moved->size(); ++i) (*moved)[i].to = appended->positions[i];
    return true;
  });
}

// What was carried can be read at its new place from now on; until then it is read at the old one.
void DiskQueue::settle_carried(const std::vector<Moved>& moved) {
  core_.with([&](Core& core) {
    for (const auto& one : moved) {
      const Row* row = core.table.find(one.id);
      if (row != nullptr && row->position == one.from)
        core.table.move(one.id, one.to, one.frame_size);
    }
  });
}

}  // namespace kontor::queue
