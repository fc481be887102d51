// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/replayed.hpp"

#include <fmt/format.h>

namespace kontor::store {
namespace {

std::string place_of(const FoundFrame& frame) {
  return fmt::format("{}:{} (frame {}, {})", log_file_name(frame.position.file),
                     frame.position.offset, frame.header.sequence, name_of(frame.header.type));
}

// Holds the snapshot against the state that the frames up to its mark have made.
class SnapshotCheck {
 public:
  explicit SnapshotCheck(Result<Snapshot> snapshot) : snapshot_(std::move(snapshot)) {}

  void before(std::uint64_t sequence, const AccountState& state) {
    if (!done_ && snapshot_ && sequence > snapshot_->mark.sequence) compare(state);
  }
  std::string outcome(const AccountState& state) {
    if (!snapshot_)
      return snapshot_.error().code() == Errc::not_found ? "none" : snapshot_.error().detail();
    if (!done_ && state.modseq < snapshot_->mark.sequence)
      return "it covers frames up to " + std::to_string(snapshot_->mark.sequence) +
             ", the logs end before: it is of a longer log";
    if (!done_) compare(state);
    return outcome_;
  }

 private:
  void compare(const AccountState& state) {
    done_ = true;
    const auto found = difference(snapshot_->state, state);
    if (!found.empty()) outcome_ = "it differs from the log: " + found;
  }

  Result<Snapshot> snapshot_;
  bool done_ = false;
  std::string outcome_ = "good";
};

// A repair has noted what was lost up to here.
void note_repair(Replayed& account) {
  for (const auto& lost : lost_messages(account))
    account.forgotten[lost.folder].push_back(lost.uid);
}

void note_forgotten(Replayed& account, const Decoded& frame) {
  const auto* payload = std::get_if<Payload>(&frame);
  const auto* note = payload == nullptr ? nullptr : std::get_if<NoteFrame>(payload);
  if (note != nullptr && note->kind == NoteKind::damage) return note_repair(account);
  const auto* prune = payload == nullptr ? nullptr : std::get_if<PruneFrame>(payload);
  if (prune == nullptr) return;
  for (const auto& folder : account.state.folders)
    folder->tombs.for_each(0, folder->tombs.lower_bound(prune->until + 1),
                           [&](std::size_t, const TombRow& row) {
                             account.forgotten[folder->info.id].push_back(row.uid());
                           });
}

}  // namespace

Result<Replayed> replay_account(io::FileSystem& files,
                                const std::string& folder,
                                const VisitFrame& visit) {
  Replayed out;
  SnapshotCheck snapshot(read_snapshot(files, folder));
  const auto device = read_only_log_device(files, folder);
  const auto each = [&](const FoundFrame& found, std::string_view payload) -> Result<void> {
    if (found.header.type == FrameType::seal) return {};
    snapshot.before(found.header.sequence, out.state);
    const auto frame = decode_frame(found.header.type, payload);
    visit(found, frame ? &*frame : nullptr);
    if (!frame) {
      out.problems.push_back(place_of(found) + ": " + frame.error().detail());
      return {};
    }
    FramePlace place;
    place.sequence = found.header.sequence;
    place.position = found.position;
    note_forgotten(out, *frame);
    apply(out.state, place, *frame);
    return {};
  };
  KONTOR_TRY(out.logs, check_logs(*device, each));
  out.snapshot = snapshot.outcome(out.state);
  if (recount(out.state) != out.state.usage)
    out.problems.push_back("the usage differs from what the rows say");
  if (out.snapshot != "none" && out.snapshot != "good")
    out.problems.push_back("snapshot: " + out.snapshot + " (it may be deleted)");
  return out;
}

std::vector<LostMessage> lost_messages(const Replayed& account) {
  constexpr std::size_t k_most = 1'000;
  std::vector<LostMessage> out;
  for (const auto& folder : account.state.folders) {
    const auto& info = folder->info;
    if (is_recoverable(info.id)) continue;  // what was lost is named by its own folder
    std::vector<Uid> known;
    const auto forgotten = account.forgotten.find(info.id);
    if (forgotten != account.forgotten.end()) known = forgotten->second;
    folder->entries.for_each(0, folder->entries.size(),
                             [&](std::size_t, const EntryRow& row) { known.push_back(row.uid); });
    folder->tombs.for_each(0, folder->tombs.size(),
                           [&](std::size_t, const TombRow& row) { known.push_back(row.uid()); });
    std::ranges::sort(known);
    Uid expected = 1;
    const auto name_until = [&](Uid end) {
      for (; expected < end && out.size() < k_most; ++expected)
        out.push_back({info.id, info.name, expected});
      expected = std::max(expected, end);
    };
    for (const Uid uid : known) {
      name_until(uid);
      expected = std::max(expected, uid + 1);
    }
    name_until(info.uid_next);
  }
  return out;
}

}  // namespace kontor::store
