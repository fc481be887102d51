// SPDX-License-Identifier: GPL-3.0-or-later
// Recovery: the log is replayed into the table. What a frame says of messages that are not here any
// more (they ended, their logs were given back) means nothing; a frame that cannot be read is
// reported and passed over.
#include <algorithm>

#include "base/io/file_system.hpp"
#include "base/log/events/queue.hpp"
#include "server/queue/apply.hpp"
#include "server/queue/disk_queue.hpp"
#include "store/log/frame.hpp"
#include "store/log/recover.hpp"

namespace kontor::queue {

using log::Keys;
using store::FrameType;
namespace events = log::events;

Result<void> DiskQueue::load() {
  KONTOR_TRY(io::make_directories(environment_.files, folder_));
  KONTOR_TRY(lock_, environment_.files.lock(folder_ + "/lock"));
  const store::AccountLog::Options options{.segment_size = options_.segment_size};
  auto device = store::local_log_device(environment_.files, folder_);
  store::ReplayReport found;
  const store::ReplayFrame replay_frame =
      [this](const store::FrameHeader& header, const store::LogPosition& position,
             std::string_view payload) { return replay(header, position, payload); };
  auto log =
      store::AccountLog::open(device, sync_, options, store::LogPosition{}, replay_frame, found);
  if (!log && log.error().code() == Errc::not_found)
    log = store::AccountLog::create(device, sync_, options);
  if (!log) return fail(std::move(log).error());
  report(found);
  load_paused();
  core_.with([&](Core& core) {
    core.log = *std::move(log);
    reclaim_later(core);
  });
  return {};
}

void DiskQueue::report(const store::ReplayReport& found) {
  for (const auto& damage : found.damage)
    log_.emit(events::k_queue_damaged,
              {{Keys::file, store::position_text(damage.begin)}, {Keys::detail, damage.what}});
  const auto messages = core_.with([](Core& core) {
    std::vector<MessageId> done;
    for (const auto& [id, row] : core.table.rows())
      if (row.is_done()) done.push_back(id);
    for (const auto id : done) core.table.erase(id);
    return core.table.rows().size();
  });
  log_.emit(events::k_queue_opened, {{Keys::count, messages}});
}

Result<void> DiskQueue::replay(const store::FrameHeader& header,
                               const store::LogPosition& position,
                               std::string_view payload) {
  const auto size = store::k_frame_header_size + payload.size();
  const auto read = [&]() -> Result<void> {
    if (header.type == FrameType::queue_message) {
      KONTOR_TRY(const auto frame, decode_message(payload));
      return replay_message(header.sequence, frame, position, size);
    }
    if (header.type == FrameType::queue_carried) {
      KONTOR_TRY(const auto frame, decode_carried(payload));
      return replay_message(frame.id, frame, position, size);
    }
    if (header.type == FrameType::queue_fates) {
      KONTOR_TRY(const auto frame, decode_fates(payload));
      core_.with([&](Core& core) { apply_fates(core.table, frame); });
      return {};
    }
    if (header.type == FrameType::queue_removed) {
      KONTOR_TRY(const auto frame, decode_removed(payload));
      core_.with([&](Core& core) {
        for (const auto id : frame.ids) core.table.erase(id);
      });
      return {};
    }
    return fail(Errc::corrupt, "a frame of another kind in the queue's log");
  };
  core_.with([&](Core& core) { core.table.count_frame(position, size); });
  const auto done = read();
  if (done || done.error().code() == Errc::unsupported) return done;
  log_.emit(events::k_queue_damaged, done.error(), {{Keys::file, store::position_text(position)}});
  return {};
}

Result<void> DiskQueue::replay_message(MessageId id,
                                       const MessageFrame& frame,
                                       store::LogPosition position,
                                       std::uint64_t frame_size) {
  KONTOR_TRY(const auto head, decode_head(frame.head));
  const bool is_known = core_.with([&](Core& core) {
    if (core.table.find(id) == nullptr) return false;
    core.table.move(id, position, frame_size);  // carried: what it says is known
    return true;
  });
  if (is_known) return {};
  if (!frame.marks.empty() && frame.marks.size() != head.recipients.size())
    return fail(Errc::corrupt, "a carried message with other recipients");
  Row row = row_of(frame, head);
  row.position = position;
  row.frame_size = frame_size;
  row.is_durable = true;
  core_.with([&](Core& core) { core.table.add(id, std::move(row)); });
  return {};
}

}  // namespace kontor::queue
