// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/rewind.hpp"

#include <algorithm>
#include <future>

#include "store/log/device.hpp"
#include "store/log/sync_pool.hpp"
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

Result<void> copy_logs(io::FileSystem& files, const Past& past, const Rewind& rewind) {
  KONTOR_TRY(const auto extent, find_extent(files, rewind.from, {}));
  const auto last = log_number(past.end.file);
  for (const auto& log : extent.files) {
    if (log.number > last && !past.is_whole) continue;
    auto size = log.size;
    if (log.number == last && !past.is_whole) {
      if (log_generation(past.end.file) != 1 || log.generation != 0)
        return fail(Errc::unsupported,
                    "that moment lies in a compacted log; restore without --replace puts the "
                    "messages of the moment back one by one");
      size = past.end.offset;
    }
    KONTOR_TRY(copy_file(files, rewind.from + '/' + log.name, rewind.to + '/' + log.name, size));
  }
  return files.sync_directory(rewind.to);
}

NewFrame frame_of(const Payload& payload) { return {type_of(payload), encode_payload(payload)}; }

std::vector<NewFrame> epoch_frames(const AccountState& state, const Rewind& rewind) {
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
  NoteFrame note;
  note.kind = NoteKind::restored;
  note.date = rewind.now;
  note.text = "restored, with new UIDVALIDITYs";
  out.push_back(frame_of(note));
  return out;
}

}  // namespace

Result<void> rewind_account(io::FileSystem& files, const Past& past, const Rewind& rewind) {
  KONTOR_TRY(clear_folder(files, rewind.to));
  KONTOR_TRY(copy_logs(files, past, rewind));
  SyncPool pool(1);
  ReplayReport report;
  const ReplayFrame nothing = [](const FrameHeader&, const LogPosition&, std::string_view) {
    return Result<void>();
  };
  KONTOR_TRY(const auto log, AccountLog::open(local_log_device(files, rewind.to), pool, {},
                                              LogPosition(), nothing, report));
  std::promise<Result<void>> synced;
  auto outcome = synced.get_future();
  KONTOR_TRY(log->append(epoch_frames(past.state, rewind),
                         [&synced](Result<void> result) { synced.set_value(std::move(result)); }));
  return outcome.get();
}

}  // namespace kontor::store
