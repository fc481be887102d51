// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/snapshot_keeper.hpp"

#include "base/log/events/store.hpp"
#include "store/mailbox/snapshot.hpp"

namespace kontor::store {
namespace {

// What stands in the log behind a snapshot, and whether that is more than a limit.
struct Behind {
  std::uint64_t frames;
  std::uint64_t bytes;
};

bool is_behind(const LogMark& old, const LogMark& now, Behind limit) {
  if (now.sequence <= old.sequence) return false;
  const LogPosition seen = old.sequence == 0 ? LogPosition{1, 0} : old.end;  // none: all logs
  return now.sequence - old.sequence >= limit.frames || now.end.file != seen.file ||
         now.end.offset - seen.offset >= limit.bytes;
}

constexpr Behind k_put_away{64, 4U << 20U};
constexpr Behind k_in_use{16'384, 24U << 20U};

}  // namespace

SnapshotKeeper::SnapshotKeeper(io::FileSystem& files,
                               std::string folder,
                               LogMark on_disk,
                               log::Context log)
    : files_(files), folder_(std::move(folder)), log_(std::move(log)) {
  known_.with([&](Known& known) { known.on_disk = on_disk; });
}

void SnapshotKeeper::consider(const Version& version, io::DiskPool& disk) {
  const bool now = known_.with([&](Known& known) {
    if (known.writing || !is_behind(known.on_disk, version.mark, k_in_use)) return false;
    return known.writing = true;
  });
  if (now) disk.post([self = shared_from_this(), version] { self->write(version); });
}

void SnapshotKeeper::refresh(const Version& version, io::DiskPool& disk) {
  const bool now = known_.with([](Known& known) { return !std::exchange(known.writing, true); });
  if (now) disk.post([self = shared_from_this(), version] { self->write(version); });
}

void SnapshotKeeper::put_away(const Version& version) {
  const bool now = known_.with([&](Known& known) {
    if (known.writing || !is_behind(known.on_disk, version.mark, k_put_away)) return false;
    return known.writing = true;
  });
  if (now) write(version);
}

void SnapshotKeeper::write(const Version& version) {
  const auto written = write_snapshot(files_, folder_, version);
  if (!written)
    log_.emit(log::events::k_snapshot_failed, written.error(),
              {{log::Keys::account, version.state->id.text()}});
  known_.with([&](Known& known) {
    known.writing = false;
    known.on_disk = version.mark;  // also after a failure: the next try comes with the next load
  });
}

}  // namespace kontor::store
