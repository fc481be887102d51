// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/repair.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <future>

#include "store/log/sync_pool.hpp"
#include "store/tools/replacement.hpp"
#include "store/tools/replayed.hpp"
#include "store/tools/rewriter.hpp"

namespace kontor::store {
namespace {

namespace json = boost::json;

// Held while the folder is worked on; nothing for a folder that lies in no store.
Result<std::unique_ptr<io::FileLock>> lock_store(io::FileSystem& files, const std::string& folder) {
  const auto path = io::parent_of(io::parent_of(folder)) + "/lock";
  if (!files.stat(path)) return std::unique_ptr<io::FileLock>();
  auto lock = files.lock(path);
  if (!lock && lock.error().code() == Errc::busy)
    return fail(Errc::busy, "the server runs on this store: stop it first, or work on a copy");
  return lock;
}

struct Rebuilt {
  AccountState state;
  ReplayReport report;
};

Result<void> append_note(AccountLog& log,
                         AccountState& state,
                         const std::string& text,
                         UtcSeconds now) {
  NoteFrame note;
  note.kind = NoteKind::damage;
  note.date = now;
  note.text = text;
  std::vector<NewFrame> frames(1);
  frames[0].type = FrameType::note;
  frames[0].payload = encode_payload(note);
  std::promise<Result<void>> synced;
  auto outcome = synced.get_future();
  KONTOR_TRY(const auto appended, log.append(std::move(frames), [&synced](Result<void> result) {
    synced.set_value(std::move(result));
  }));
  state.modseq = appended.first_sequence;
  return outcome.get();
}

// Reads all logs and writes the snapshot of what they make. `note` is appended first, if any.
Result<Rebuilt> rebuild(io::FileSystem& files,
                        const std::string& folder,
                        const std::string& note,
                        UtcSeconds now) {
  Rebuilt out;
  SyncPool pool(1);
  const auto each = [&](const FrameHeader& header, const LogPosition& position,
                        std::string_view payload) -> Result<void> {
    const auto frame = decode_frame(header.type, payload);
    if (!frame && frame.error().code() == Errc::unsupported)
      return fail(Errc::corrupt, frame.error().detail());
    if (!frame) return {};
    FramePlace place;
    place.sequence = header.sequence;
    place.position = position;
    apply(out.state, place, *frame);
    return {};
  };
  KONTOR_TRY(const auto log, AccountLog::open(local_log_device(files, folder), pool, {}, LogMark(),
                                              each, out.report));
  if (!note.empty()) {
    KONTOR_TRY(append_note(*log, out.state, note, now));
  }
  Version version;
  version.mark = log->durable();
  version.state = freeze(out.state);
  KONTOR_TRY(write_snapshot(files, folder, version));
  return out;
}

// The logs that must be written anew.
std::set<std::uint32_t> logs_to_write(const Diagnosis& diagnosis, const PatchedDevice& device) {
  std::set<std::uint32_t> logs;
  for (const auto& log : diagnosis.found.logs)
    if (device.is_patched(log.number)) logs.insert(log.number);
  for (const auto& damage : diagnosis.mended.report.damage)
    if (damage.begin.file == damage.end.file) logs.insert(damage.begin.file);
  for (const auto& gap : diagnosis.gaps)
    if (gap.begin.file == gap.end.file) logs.insert(gap.begin.file);
  return logs;
}

struct Outcome {
  std::uint64_t put_right = 0;      // frames with one wrong bit
  std::uint64_t messages_kept = 0;  // as far as they can be read
  std::uint64_t lost = 0;           // frames
  std::vector<std::string> written;
};

Outcome count(const Diagnosis& diagnosis) {
  Outcome out;
  for (const auto& gap : diagnosis.gaps) out.lost += gap.last - gap.first + 1;
  for (const auto& remains : diagnosis.remains) {
    if (remains.mended) ++out.put_right;
    if (!remains.mended && remains.raw_offset != 0) ++out.messages_kept;
  }
  out.lost -= std::min(out.lost, out.messages_kept);
  return out;
}

Result<Outcome> write_anew(io::FileSystem& files,
                           const std::string& folder,
                           PatchedDevice& device,
                           const Diagnosis& diagnosis,
                           UtcSeconds now,
                           const Progress& progress) {
  Outcome out = count(diagnosis);
  const Replacement replacement(diagnosis, device, identify(files, folder), now);
  const auto fill = [&](std::uint64_t sequence) { return replacement(sequence); };
  Rewriter rewriter(files, folder, device, logs_to_write(diagnosis, device), fill);
  std::uint32_t log = 0;
  const auto each = [&](const FoundFrame& frame, std::string_view payload) -> Result<void> {
    if (std::exchange(log, frame.position.file) != frame.position.file)
      progress("writing " + log_file_name(log));
    return rewriter.take(frame, payload);
  };
  KONTOR_TRY(const auto check, check_logs(device, each));
  KONTOR_TRY(rewriter.finish(check.report.last_sequence));
  KONTOR_TRY(out.written, rewriter.put_in_place());
  return out;
}

std::string summary(const Outcome& outcome) {
  std::string text = fmt::format(
      "{} frames put right, {} damaged messages kept as far as they can be read, {} frames lost\n",
      outcome.put_right, outcome.messages_kept, outcome.lost);
  for (const auto& name : outcome.written)
    text += fmt::format("{} written anew; as it was: quarantine/{}.before-repair-*\n", name, name);
  return text;
}

json::array strings(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

}  // namespace

Result<Inspection> repair_account(io::FileSystem& files,
                                  const std::string& folder,
                                  UtcSeconds now,
                                  const NameOwner& name_owner,
                                  const Progress& progress) {
  KONTOR_TRY(const auto lock, lock_store(files, folder));
  PatchedDevice device(read_only_log_device(files, folder));
  progress("reading " + folder);
  KONTOR_TRY(const auto diagnosis, diagnose(device, progress));
  Outcome outcome;
  std::string text;
  if (!diagnosis.good()) {
    for (const auto& remains : diagnosis.remains) text += describe(remains) + '\n';
    KONTOR_TRY(outcome, write_anew(files, folder, device, diagnosis, now, progress));
    text += summary(outcome);
    progress("making the snapshot");
    const auto note =
        fmt::format("repaired: {} frames put right, {} damaged messages kept, {} frames lost",
                    outcome.put_right, outcome.messages_kept, outcome.lost);
    KONTOR_TRY(rebuild(files, folder, note, now));
  }
  progress("verifying");
  KONTOR_TRY(auto found, verify_account(files, folder, name_owner));
  if (diagnosis.good() && !found.good) {  // a snapshot that disagrees
    KONTOR_TRY(rebuild(files, folder, {}, now));
    KONTOR_TRY(found, verify_account(files, folder, name_owner));
    text += "the snapshot was made anew\n";
  }
  json::object row;
  row["good"] = found.good;
  row["was_good"] = diagnosis.good();
  row["put_right"] = outcome.put_right;
  row["messages_kept"] = outcome.messages_kept;
  row["frames_lost"] = outcome.lost;
  row["written"] = strings(outcome.written);
  found.json = json::serialize(row);
  found.text = text + found.text;
  return found;
}

Result<Inspection> rebuild_account(io::FileSystem& files,
                                   const std::string& folder,
                                   const NameOwner& name_owner,
                                   const Progress& progress) {
  KONTOR_TRY(const auto lock, lock_store(files, folder));
  progress("reading " + folder);
  KONTOR_TRY(const auto before, replay_account(files, folder, [](const auto&, const auto*) {}));
  progress("making the snapshot");
  KONTOR_TRY(const auto rebuilt, rebuild(files, folder, {}, {}));
  KONTOR_TRY(auto found, verify_account(files, folder, name_owner));
  found.text = fmt::format("the snapshot there was: {}\nmade anew from {} frames\n",
                           before.snapshot, rebuilt.report.frames) +
               found.text;
  return found;
}

}  // namespace kontor::store
