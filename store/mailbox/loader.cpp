// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/loader.hpp"

#include <future>

#include "base/log/events/store.hpp"
#include "store/log/device.hpp"
#include "store/log/sync_pool.hpp"
#include "store/mailbox/plan.hpp"
#include "store/mailbox/relocate.hpp"
#include "store/mailbox/snapshot.hpp"

namespace kontor::store {
namespace {

using log::Keys;

// Frames behind the snapshot from which an opening for deliveries writes a new one.
constexpr std::uint64_t k_light_snapshot = 4'096;

void report_events(const log::Context& log, const ReplayReport& report) {
  if (report.torn_bytes > 0)
    log.emit(log::events::k_account_torn, {{Keys::bytes, report.torn_bytes}});
  for (const auto& damage : report.damage) {
    const bool within = damage.begin.file == damage.end.file;
    log.emit(log::events::k_account_damaged,
             {{Keys::file, log_file_name(damage.begin.file)},
              {Keys::bytes, within ? damage.end.offset - damage.begin.offset : 0},
              {Keys::detail, damage.what}});
  }
}

}  // namespace

Loader::Loader(io::FileSystem& files,
               SyncPool& pool,
               const config::Store& settings,
               log::Context log)
    : files_(files), pool_(pool), settings_(settings), log_(std::move(log)) {}

AccountLog::Options Loader::options() const {
  AccountLog::Options options;
  options.segment_size = settings_.log_segment;
  return options;
}

Result<Loaded> Loader::load(const AccountId& id,
                            const std::string& folder,
                            const Binding& owner) const {
  const auto log = log_.with({{Keys::account, id.text()}});
  auto snapshot = read_snapshot(files_, folder);
  bool stale = false;
  if (snapshot && snapshot->state.id == id) {
    Loaded start;
    start.state = std::move(snapshot->state);
    start.snapshot = snapshot->mark;
    auto loaded = replay(std::move(start), id, folder);
    if (loaded) {
      KONTOR_TRY(mend(*loaded, id, owner));
    }
    if (loaded || loaded.error().code() != Errc::corrupt) return loaded;
    // A folder copied back may hold a snapshot of a longer log: the log counts.
    stale = true;
    log.emit(log::events::k_snapshot_ignored, loaded.error());
  } else if (snapshot) {
    log.emit(log::events::k_snapshot_ignored, {{Keys::detail, "it is of another account"}});
  } else if (snapshot.error().code() != Errc::not_found) {
    log.emit(log::events::k_snapshot_ignored, snapshot.error());
  }
  KONTOR_TRY(auto loaded, replay(Loaded(), id, folder));
  if (stale) {  // before the log grows to the length that it knows, by other frames
    KONTOR_TRY(files_.remove(folder + "/snapshot"));
    KONTOR_TRY(files_.sync_directory(folder));
  }
  KONTOR_TRY(mend(loaded, id, owner));
  return loaded;
}

Result<void> Loader::mend(Loaded& loaded, const AccountId& id, const Binding& owner) const {
  const bool nameless = loaded.state.id != id;
  if (!loaded.damaged || (!nameless && loaded.state.find_shown(k_inbox) != nullptr)) return {};
  auto frames = plan_account(id, owner, {}, system_clock().now());
  if (loaded.state.find_shown(k_inbox) != nullptr) frames.resize(2);  // who it is stands there
  if (!nameless) frames.erase(frames.begin(), frames.begin() + 2);
  return append(loaded, std::move(frames));
}

Result<void> Loader::append(Loaded& loaded, std::vector<NewFrame> frames) {
  std::vector<Decoded> decoded;
  for (const auto& frame : frames) {
    KONTOR_TRY(auto one, decode_frame(frame.type, frame.payload));
    decoded.push_back(std::move(one));
  }
  std::promise<Result<void>> synced;
  auto outcome = synced.get_future();
  const auto done = [&synced](Result<void> result) { synced.set_value(std::move(result)); };
  KONTOR_TRY(const auto appended, loaded.log->append(std::move(frames), done));
  KONTOR_TRY(outcome.get());
  FramePlace place;
  place.sequence = appended.first_sequence;
  for (std::size_t i = 0; i < decoded.size(); ++i, ++place.sequence) {
    place.position = appended.positions[i];
    apply(loaded.state, place, decoded[i]);
  }
  return {};
}

Result<Loaded> Loader::replay(Loaded start, const AccountId& id, const std::string& folder) const {
  const auto log = log_.with({{Keys::account, id.text()}});
  Loaded loaded = std::move(start);
  ReplayReport report;
  const auto each = [&](const FrameHeader& header, const LogPosition& position,
                        std::string_view payload) -> Result<void> {
    const auto frame = decode_frame(header.type, payload);
    if (!frame && frame.error().code() == Errc::unsupported)
      return fail(Errc::corrupt, frame.error().detail());  // served by the later version only
    if (!frame) {
      log.emit(log::events::k_account_damaged, frame.error(),
               {{Keys::sequence, header.sequence}, {Keys::file, log_file_name(position.file)}});
      return {};
    }
    FramePlace place;
    place.sequence = header.sequence;
    place.position = position;
    apply(loaded.state, place, *frame);
    return {};
  };
  const auto device = local_log_device(files_, folder);
  KONTOR_TRY(const auto logs, device->list());
  KONTOR_TRY(loaded.log, AccountLog::open(device, pool_, options(), loaded.snapshot, each, report));
  KONTOR_TRY(relocate_items(*device, loaded.state));
  if (log_number(logs.front()) > 1)  // an account's logs are never removed
    report.damage.push_back({{1, 0}, {logs.front(), 0}, log_file_name(1) + " is missing"});
  report_events(log, report);
  loaded.damaged = !report.damage.empty();
  if (loaded.state.id != id && !(loaded.damaged && loaded.state.id.is_nil()))
    return fail(Errc::corrupt, "the folder holds the log of account " + loaded.state.id.text());
  log.emit(log::events::k_account_loaded,
           {{Keys::count, report.frames}, {Keys::sequence, loaded.state.modseq}});
  return loaded;
}

Result<Loaded> Loader::create(const AccountId& id,
                              const std::string& folder,
                              const Binding& owner,
                              UtcSeconds now) const {
  auto made = make(id, folder, owner, now);
  if (!made) {  // nothing of it was promised to anybody: it must not come back at the next start
    static_cast<void>(files_.remove(folder + '/' + log_file_name(1)).has_value());
    static_cast<void>(files_.remove(folder).has_value());
  }
  return made;
}

Result<Loaded> Loader::make(const AccountId& id,
                            const std::string& folder,
                            const Binding& owner,
                            UtcSeconds now) const {
  KONTOR_TRY(io::make_directories(files_, folder));
  Loaded made;
  KONTOR_TRY(made.log, AccountLog::create(local_log_device(files_, folder), pool_, options()));
  KONTOR_TRY(append(made, plan_account(id, owner, settings_.standard_folders, now)));
  log_.emit(
      log::events::k_account_created,
      {{Keys::account, id.text()}, {Keys::principal, owner.source + ':' + owner.guid.text()}});
  return made;
}

Result<LoadedLight> Loader::open_light(const AccountId& id,
                                       const std::string& folder,
                                       const Binding& owner) const {
  KONTOR_TRY(auto loaded, load(id, folder, owner));
  LoadedLight light;
  light.usage = loaded.state.usage;
  light.own_limits = loaded.state.own_limits;
  light.quota_warned = loaded.state.quota_warned;
  light.notes = notes_of(loaded.state);
  Version version;
  version.mark = loaded.log->durable();
  if (version.mark.sequence - loaded.snapshot.sequence >= k_light_snapshot) {
    version.state = std::make_shared<const AccountState>(std::move(loaded.state));
    // Only a cache: without it the next opening takes longer.
    static_cast<void>(write_snapshot(files_, folder, version).has_value());
  }
  light.log = std::move(loaded.log);
  return light;
}

Result<Binding> Loader::read_binding(const AccountId& id, const std::string& folder) const {
  AccountId found;
  std::optional<Binding> owner;
  LogMark from;
  if (auto snapshot = read_snapshot(files_, folder); snapshot && snapshot->state.id == id) {
    found = id;
    owner = snapshot->state.owner;
    from = snapshot->mark;
  }
  const auto each = [&](const FrameHeader& header, const LogPosition&,
                        std::string_view payload) -> Result<void> {
    if (header.type != FrameType::account && header.type != FrameType::binding) return {};
    const auto frame = decode_frame(header.type, payload);
    if (!frame) return {};  // an account may be given to another owner later
    const auto& value = std::get<Payload>(*frame);
    if (const auto* account = std::get_if<AccountFrame>(&value)) found = account->id;
    if (const auto* binding = std::get_if<BindingFrame>(&value)) owner = binding->owner;
    return {};
  };
  ReplayReport report;
  const auto opened =
      AccountLog::open(read_only_log_device(files_, folder), pool_, options(), from, each, report);
  if (owner && found == id) return *owner;
  if (owner) return fail(Errc::corrupt, "the folder holds the log of account " + found.text());
  if (!opened) return fail(opened.error());
  return fail(Errc::corrupt, "the log does not say whose account it is");
}

}  // namespace kontor::store
