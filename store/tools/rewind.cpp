// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/rewind.hpp"

#include <algorithm>
#include <future>
#include <map>

#include "store/log/device.hpp"
#include "store/log/sync_pool.hpp"
#include "store/tools/cut_log.hpp"
#include "store/tools/log_extent.hpp"

namespace kontor::store {
namespace {

constexpr std::uint64_t k_piece = 1U << 20U;

Result<void> copy_file(io::FileSystem& files,
                       const std::string& from,
                       const std::string& to,
                       std::uint64_t size) {
  KONTOR_TRY(const auto source, files.open(from, io::OpenMode::read));
  KONTOR_TRY(const auto target, files.open(to, io::OpenMode::create));
  for (std::uint64_t at = 0; at < size;) {
    KONTOR_TRY(const auto piece, io::read_some(*source, at, std::min(k_piece, size - at)));
    if (piece.empty()) return fail(Errc::io_error, from + " was cut while it was read");
    KONTOR_TRY(target->write(at, piece));
    at += piece.size();
  }
  return target->sync();
}

Result<void> clear_folder(io::FileSystem& files, const std::string& folder) {
  KONTOR_TRY(io::make_directories(files, folder));
  KONTOR_TRY(const auto names, files.list(folder));
  for (const auto& name : names) {
    KONTOR_TRY(files.remove(folder + '/' + name));
  }
  return {};
}

// One log of a number whose messages compaction has dealt with. The first generation, while it is
// kept, has what compaction left out; where it is not whole any more, the newest has to do.
Result<void> copy_compacted(io::FileSystem& files,
                            const Past& past,
                            const Rewind& rewind,
                            const std::vector<LogFile>& generations) {
  const auto number = generations.front().number;
  const bool is_last = number == log_number(past.end.file);
  const auto device = read_only_log_device(files, rewind.from);
  const auto first = log_of(number, 1);
  const auto to = rewind.to + '/' + log_file_name(first);
  const auto last = is_last ? past.last : UINT64_MAX;
  if (generations.front().generation == 0 && cut_log(files, *device, first, last, to)) return {};
  if (is_last) return cut_log(files, *device, past.end.file, last, to);
  for (const auto& log : generations) {
    if (log.generation == 0) continue;
    KONTOR_TRY(
        copy_file(files, rewind.from + '/' + log.name, rewind.to + '/' + log.name, log.size));
  }
  return {};
}

Result<void> copy_logs(io::FileSystem& files, const Past& past, const Rewind& rewind) {
  KONTOR_TRY(const auto extent, find_extent(files, rewind.from, {}));
  std::map<std::uint32_t, std::vector<LogFile>> logs;  // generations ascending
  for (const auto& log : extent.files) logs[log.number].push_back(log);
  for (const auto& [number, generations] : logs) {
    const bool is_last = number == log_number(past.end.file);
    if (number > log_number(past.end.file) && !past.is_whole) break;
    if (!past.is_whole && generations.back().generation != 0) {
      KONTOR_TRY(copy_compacted(files, past, rewind, generations));
      continue;
    }
    for (const auto& log : generations) {
      const auto size = is_last && !past.is_whole ? past.end.offset : log.size;
      KONTOR_TRY(copy_file(files, rewind.from + '/' + log.name, rewind.to + '/' + log.name, size));
    }
  }
  return files.sync_directory(rewind.to);
}

NewFrame frame_of(const Payload& payload) { return {type_of(payload), encode_payload(payload)}; }

// Entries of messages that are stubs, as at that moment they were not, go for good.
void append_purges(std::vector<NewFrame>& out,
                   const AccountState& state,
                   UtcSeconds now,
                   std::uint64_t& lost) {
  for (const auto& folder : state.folders) {
    PurgeFrame purge;
    purge.folder = folder->info.id;
    folder->entries.for_each(0, folder->entries.size(), [&](std::size_t, const EntryRow& entry) {
      const auto* item = state.items.find_key(entry.item);
      if (item != nullptr && item->raw_offset == 0) purge.uids.push_back(entry.uid);
    });
    if (purge.uids.empty()) continue;
    lost += purge.uids.size();
    if (!is_recoverable(purge.folder)) {
      ExpungeFrame expunge;
      expunge.folder = purge.folder;
      expunge.date = now;
      expunge.uids = purge.uids;
      out.push_back(frame_of(expunge));
    }
    out.push_back(frame_of(purge));
  }
}

std::vector<NewFrame> epoch_frames(const AccountState& state,
                                   const Rewind& rewind,
                                   std::uint64_t& lost) {
  std::vector<NewFrame> out;
  if (rewind.owner && *rewind.owner != state.owner)
    out.push_back(frame_of(BindingFrame{*rewind.owner}));
  const auto seconds = static_cast<std::uint32_t>(rewind.now.time_since_epoch().count());
  auto validity = std::max({seconds, state.last_uid_validity, rewind.above});
  for (const auto& folder : state.folders) {
    if (!folder->shown()) continue;
    FolderFrame frame;
    frame.action = FolderAction::change;
    frame.id = folder->info.id;
    frame.name = folder->info.name;
    frame.folder_class = folder->info.folder_class;
    frame.special_use = folder->info.special_use;
    frame.uid_validity = ++validity;
    frame.guid = folder->info.guid;
    frame.date = rewind.now;
    out.push_back(frame_of(frame));
  }
  append_purges(out, state, rewind.now, lost);
  NoteFrame note;
  note.kind = NoteKind::restored;
  note.date = rewind.now;
  note.text = "restored, with new UIDVALIDITYs";
  out.push_back(frame_of(note));
  return out;
}

}  // namespace

Result<Rewound> rewind_account(io::FileSystem& files, const Past& past, const Rewind& rewind) {
  KONTOR_TRY(clear_folder(files, rewind.to));
  KONTOR_TRY(copy_logs(files, past, rewind));
  // Not that of `past`: other generations may be there now.
  KONTOR_TRY(const auto copied, read_past(files, rewind.to, {}));
  SyncPool pool(1);
  ReplayReport report;
  const ReplayFrame nothing = [](const FrameHeader&, const LogPosition&, std::string_view) {
    return Result<void>();
  };
  KONTOR_TRY(const auto log, AccountLog::open(local_log_device(files, rewind.to), pool, {},
                                              LogPosition(), nothing, report));
  std::promise<Result<void>> synced;
  auto outcome = synced.get_future();
  Rewound done;
  KONTOR_TRY(log->append(epoch_frames(copied.state, rewind, done.lost),
                         [&synced](Result<void> result) { synced.set_value(std::move(result)); }));
  KONTOR_TRY(outcome.get());
  return done;
}

}  // namespace kontor::store
