// SPDX-License-Identifier: GPL-3.0-or-later
// How much of a log is dead: of one as it was written, what its live messages do not take (frames
// of other kinds count as dead then, which costs at most one rewriting); of a later generation
// exactly, by its footer.
#include "store/mailbox/compactor.hpp"

#include <algorithm>

#include "base/log/events/store.hpp"
#include "store/format/packed.hpp"
#include "store/log/frame.hpp"
#include "store/mailbox/relocate.hpp"

namespace kontor::store {
namespace {

using log::Keys;

constexpr std::uint64_t k_kept_free = 4U << 20U;  // of the disk, by compaction too
constexpr std::uint32_t k_many_generations = 8;   // from here on half of a log must be dead
constexpr std::uint32_t k_percent_at_once = 5;    // of a log, for those who ask
constexpr std::uint32_t k_settled_days = 7;       // most of what is deleted is deleted before
constexpr std::size_t k_samples = 24;
constexpr std::uint64_t k_sample_bytes = 256U << 10U;  // of one message
constexpr std::uint64_t k_packs_well = 85;             // percent that are left

struct Weighed {
  std::uint32_t log = 0;
  std::uint64_t size = 0, dead = 0, live = 0;
};

// Is something behind the log on the device: then it is not written to any more, and recovery asks
// nothing of it.
bool has_successor(std::uint32_t log, const LogMark& durable) {
  const auto active = log_number(durable.end.file);
  return log_number(log) + (durable.end.offset > k_log_start ? 0 : 1) < active;
}

Result<Weighed> weigh(LogDevice& device,
                      const AccountState& state,
                      std::uint32_t log,
                      const LogUse& use) {
  Weighed out;
  out.log = log;
  KONTOR_TRY(out.size, device.size(log));
  const auto frames = out.size - std::min(out.size, k_log_start + k_frame_header_size);
  out.live = std::min(use.bytes, frames);
  out.dead = frames - out.live;
  if (log_generation(log) == 1) return out;
  KONTOR_TRY(const auto footer, read_footer(device, log));
  out.dead = out.live = 0;
  for (const auto& message : footer.messages)
    (state.items.find_key(message.item) == nullptr ? out.dead : out.live) += message.size;
  return out;
}

bool is_dead_enough(const Weighed& log, std::uint32_t percent) {
  return log.dead > 0 && log.dead * 100 >= log.size * percent;
}

// The first bytes of a message's frame, without its checksum: to judge by.
Result<std::string> read_start(LogDevice& device, const ItemRow& row) {
  const auto size =
      k_frame_header_size + row.raw_offset + std::min<std::uint64_t>(row.size, k_sample_bytes);
  KONTOR_TRY(auto bytes, device.read(row.file, row.offset, size));
  if (bytes.size() != size) return fail(Errc::corrupt, "the log ends within a message");
  bytes.erase(0, k_frame_header_size);
  return bytes;
}

// What becomes of each frame: the decision that loses mail if it is wrong.
Result<Rewritten> choose_frame(const AccountState& state,
                               bool packing,
                               const FrameHeader& header,
                               std::string_view payload) {
  Rewritten out;
  out.type = header.type;
  out.codec = header.codec;
  if (header.type != FrameType::deliver) return out;
  KONTOR_TRY(auto stub, stub_of(payload));  // also: the payload is sound
  if (state.items.find_key(header.sequence) == nullptr) {
    out.type = FrameType::stub;
    out.codec = 0;
    out.payload = encode_payload(Payload(std::move(stub)));
    return out;
  }
  out.listed = true;
  if (packing) out.payload = pack_deliver(payload);
  if (out.payload) out.codec = k_codec_packed;
  return out;
}

}  // namespace

std::vector<LogUse> survey_logs(const AccountState& state) {
  std::vector<LogUse> uses;
  state.items.for_each(0, state.items.size(), [&](std::size_t i, const ItemRow& row) {
    if (uses.empty() || uses.back().log != row.file) {
      uses.emplace_back();
      uses.back().log = row.file;
      uses.back().first = i;
    }
    ++uses.back().count;
    uses.back().bytes += k_frame_header_size + row.raw_offset + row.size;
  });
  return uses;
}

Compactor::Compactor(io::FileSystem& files,
                     std::string backup_lock,
                     const config::Store& settings,
                     const Clock& clock,
                     log::Context log)
    : files_(files),
      backup_lock_(std::move(backup_lock)),
      settings_(settings),
      clock_(clock),
      log_(std::move(log)),
      pace_(settings.compact_rate) {}

Result<std::vector<std::uint32_t>> Compactor::choose(const std::string& folder,
                                                     const Version& version,
                                                     CompactWish wish) {
  if (settings_.compact_dead_percent == 0 && wish == CompactWish::upkeep)
    return std::vector<std::uint32_t>();
  const auto& state = *version.state;
  const auto device = read_only_log_device(files_, folder);
  KONTOR_TRY(const auto logs, device->list());
  const auto uses = survey_logs(state);
  std::vector<Weighed> chosen;
  for (const auto log : logs) {
    if (!has_successor(log, version.mark)) break;
    LogUse use;
    use.log = log;
    const auto found = std::ranges::find(uses, log, &LogUse::log);
    if (found != uses.end()) use = *found;
    KONTOR_TRY(const auto weighed, weigh(*device, state, log, use));
    auto percent = std::max(1U, settings_.compact_dead_percent);
    if (wish == CompactWish::at_once) percent = k_percent_at_once;
    if (log_generation(log) >= k_many_generations) percent = std::max(percent, 50U);
    if (is_dead_enough(weighed, percent) || is_worth_packing(*device, state, use, wish))
      chosen.push_back(weighed);
  }
  std::ranges::sort(chosen, std::greater(), &Weighed::dead);
  std::vector<std::uint32_t> out;
  for (const auto& one : chosen) out.push_back(one.log);
  return out;
}

// A sample of its messages, spread over the log; the newest of them tells its age.
bool Compactor::is_worth_packing(LogDevice& device,
                                 const AccountState& state,
                                 const LogUse& use,
                                 CompactWish wish) {
  if (settings_.compress != "zstd" || use.count == 0 || log_generation(use.log) != 1) return false;
  const auto name = std::pair(state.id, use.log);
  if (wish == CompactWish::upkeep && not_worth_packing_.contains(name)) return false;
  const auto newest = read_start(device, state.items.at(use.first + use.count - 1));
  const auto head = newest ? decode_deliver_head(*newest) : fail(newest.error());
  if (!head) return false;  // rewriting tells what is wrong
  const auto days = std::chrono::days(std::max(settings_.undelete_days, k_settled_days));
  if (wish == CompactWish::upkeep && head->frame.save_date + days > clock_.now()) return false;
  std::uint64_t before = 0, after = 0;
  const auto samples = std::min(k_samples, use.count);
  for (std::size_t i = 0; i < samples; ++i) {
    const ItemRow& row = state.items.at(use.first + i * use.count / samples);
    const auto start = read_start(device, row);
    if (!start || !pace_.take(start->size())) return false;
    const auto message = std::string_view(*start).substr(row.raw_offset);
    const auto packed = pack(message);
    before += message.size();
    after += packed ? packed->size() : message.size();
  }
  const bool worth = after * 100 <= before * k_packs_well;
  if (!worth) not_worth_packing_.insert(name);
  return worth;
}

Result<NewLog> Compactor::rewrite(const std::string& folder,
                                  const Version& version,
                                  std::uint32_t log) {
  const auto& state = *version.state;
  const auto device = local_log_device(files_, folder);
  const bool packing = settings_.compress == "zstd";
  RewriteSteps steps;
  steps.choose = [&](const FrameHeader& header, std::string_view payload) {
    return choose_frame(state, packing, header, payload);
  };
  steps.pace = [this](std::uint64_t bytes) { return pace_.take(bytes); };
  const auto work = [&]() -> Result<NewLog> {
    // It may use the reserve, which is there so that space can be given back.
    const auto uses = survey_logs(state);
    const auto use = std::ranges::find(uses, log, &LogUse::log);
    KONTOR_TRY(const auto size, device->size(log));
    KONTOR_TRY(const auto free, files_.free_space(folder));
    const auto needed = use == uses.end() ? 0 : std::min(size, use->bytes);
    if (free < needed + k_kept_free) return fail(Errc::no_space, "no room for a new log");
    return rewrite_log(*device, log, clock_.now(), steps);
  };
  auto made = work();
  if (made)
    log_.emit(log::events::k_compact_done, {{Keys::account, state.id.text()},
                                            {Keys::file, log_file_name(made->log)},
                                            {Keys::bytes, made->after},
                                            {Keys::was_bytes, made->before}});
  else if (made.error().code() != Errc::cancelled)
    log_.emit(log::events::k_compact_failed, made.error(),
              {{Keys::account, state.id.text()}, {Keys::file, log_file_name(log)}});
  return made;
}

// Holds the lock for a moment only: a backup that begins just then tries again.
bool Compactor::is_backup_running() const {
  const auto lock = files_.lock(backup_lock_);
  return !lock && lock.error().code() == Errc::busy;
}

Result<Removed> Compactor::remove_replaced(const std::string& folder,
                                           const AccountId& account,
                                           const std::set<std::uint32_t>& in_use) {
  const auto device = local_log_device(files_, folder);
  Removed out;
  KONTOR_TRY(const auto replaced, device->list_replaced());
  if (replaced.empty()) return out;
  KONTOR_TRY(const auto current, device->list());
  KONTOR_TRY(const auto free, files_.free_space(folder));
  const bool is_short = free < settings_.reserve;
  const bool is_held = is_backup_running();
  for (const auto log : replaced) {
    KONTOR_TRY(const auto size, device->size(log));
    const auto successor = std::ranges::find(current, log_number(log), log_number);
    const bool broken_copy = log_generation(log) > log_generation(*successor);
    bool remove = broken_copy;
    if (!broken_copy) {
      const auto footer = read_footer(*device, *successor);
      remove = footer && (is_short || footer->made + settings_.keep_replaced <= clock_.now());
    }
    if (!remove || in_use.contains(log) || (is_held && !broken_copy)) {
      ++out.kept_logs;
      out.kept_bytes += size;
      continue;
    }
    KONTOR_TRY(device->remove(log));
    ++out.logs;
    out.bytes += size;
  }
  if (out.logs > 0)
    log_.emit(log::events::k_compact_removed,
              {{Keys::account, account.text()}, {Keys::count, out.logs}, {Keys::bytes, out.bytes}});
  return out;
}

}  // namespace kontor::store
