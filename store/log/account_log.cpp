// SPDX-License-Identifier: GPL-3.0-or-later
// append() gives out numbers and places and queues; one job at a time, on the sync pool, writes
// what has gathered since the last sync with one write and one sync (the leader of a group commit),
// tells the callers in order and goes to the end of the pool's queue again, so that busy accounts
// leave the others their turn. Checksums are computed there, off the account's strand.
#include "store/log/account_log.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "base/io/blocking.hpp"
#include "store/log/recover.hpp"
#include "store/log/sync_pool.hpp"

namespace kontor::store {
namespace {

constexpr std::uint64_t k_least_room = 64U << 10U;
constexpr std::uint64_t k_batch = 16U << 20U;  // bytes of one write, unless one append is longer
constexpr std::uint64_t k_first_read = 16U << 10U;  // most messages come with one read

struct Group {  // the frames of one append(), or a seal
  std::vector<NewFrame> frames;
  std::uint64_t first_sequence = 0;
  LogPosition begin;
  std::uint64_t size = 0;
  AppendDone done;  // empty for a seal
};

std::uint64_t size_of(const std::vector<NewFrame>& frames) {
  std::uint64_t size = 0;
  for (const auto& frame : frames) size += k_frame_header_size + frame.payload.size();
  return size;
}

}  // namespace

struct AccountLog::State : std::enable_shared_from_this<AccountLog::State> {
  State(std::shared_ptr<LogDevice> the_device, SyncPool& the_pool, Options the_options)
      : device(std::move(the_device)), pool(the_pool), options(the_options) {}

  void place(Group& group);
  void start_flush();
  void flush();
  std::deque<Group> take_batch();
  Result<void> write(std::deque<Group>& batch);
  Result<void> begin_log(std::uint32_t log, std::uint64_t first_sequence);
  void encode(std::string& out, const Group& group) const;
  void finish(std::deque<Group> batch, const Result<void>& result);
  Result<std::uint64_t> salt_of(std::uint32_t log);
  std::uint64_t room_behind(std::uint64_t end) const;

  const std::shared_ptr<LogDevice> device;  // shared with whoever opened the log
  SyncPool& pool;
  const Options options;
  std::uint64_t incarnation = 0;

  mutable std::mutex mutex;
  std::condition_variable idle;
  LogPosition end;
  std::uint64_t last_sequence = 0;
  LogMark durable;
  bool sealed = false;  // `end` is in a log that is not begun
  std::deque<Group> queue;
  bool flushing = false;
  std::optional<Error> error;
  std::map<std::uint32_t, std::uint64_t> salts;

  std::uint32_t open_log = 0;  // flusher only: the log that exists
  std::uint64_t salt = 0;      // flusher only: of that log
  std::uint64_t synced = 0;    // flusher only: last sequence on the device
};

// Gives the group its place; a seal goes before it when the log is full.
void AccountLog::State::place(Group& group) {
  const bool full = end.offset > k_log_start &&
                    end.offset + group.size + k_frame_header_size > options.segment_size;
  if (full) {
    Group seal;
    seal.frames.push_back({FrameType::seal, {}});
    seal.first_sequence = ++last_sequence;
    seal.begin = end;
    seal.size = k_frame_header_size;
    queue.push_back(std::move(seal));
    end = {end.file + 1, k_log_start};
  }
  group.first_sequence = last_sequence + 1;
  group.begin = end;
  end.offset += group.size;
  last_sequence += group.frames.size();
}

void AccountLog::State::start_flush() {
  pool.post([self = shared_from_this()] { self->flush(); });
}

// The groups that one write can hold: of one log, up to its seal.
std::deque<Group> AccountLog::State::take_batch() {
  std::deque<Group> batch;
  std::uint64_t size = 0;
  const std::lock_guard lock(mutex);
  while (!queue.empty()) {
    Group& next = queue.front();
    if (!batch.empty() &&
        (next.begin.file != batch.front().begin.file || size + next.size > k_batch))
      break;
    size += next.size;
    batch.push_back(std::move(next));
    queue.pop_front();
  }
  return batch;
}

void AccountLog::State::flush() {
  auto batch = take_batch();
  const auto result = write(batch);
  finish(std::move(batch), result);
  const std::lock_guard lock(mutex);
  if (!queue.empty()) {
    start_flush();
  } else {
    flushing = false;
    idle.notify_all();
  }
}

void AccountLog::State::encode(std::string& out, const Group& group) const {
  RawFrame raw;
  raw.header.incarnation = incarnation;
  raw.header.sequence = group.first_sequence;
  raw.durable_upto = synced;
  for (std::size_t i = 0; i < group.frames.size(); ++i, ++raw.header.sequence) {
    raw.header.type = group.frames[i].type;
    raw.group_end = i + 1 == group.frames.size();
    encode_frame(out, raw, salt, group.frames[i].payload);
  }
}

std::uint64_t AccountLog::State::room_behind(std::uint64_t end_offset) const {
  const std::uint64_t wanted = std::max(end_offset, k_least_room);
  const std::uint64_t left =
      options.segment_size > end_offset ? options.segment_size - end_offset : 0;
  return std::min({wanted, options.preallocate, left});
}

Result<void> AccountLog::State::begin_log(std::uint32_t log, std::uint64_t first_sequence) {
  if (log > k_last_log) return fail(Errc::limit, "the account has had too many logs");
  LogHeader header;
  header.number = log;
  random_bytes(&header.salt, sizeof header.salt);
  header.first_sequence = first_sequence;
  header.incarnation = incarnation;
  KONTOR_TRY(device->create(log, encode_log_header(header)));
  open_log = log;
  salt = header.salt;
  const std::lock_guard lock(mutex);
  salts[log] = salt;
  return {};
}

Result<void> AccountLog::State::write(std::deque<Group>& batch) {
  const Group& first = batch.front();
  if (first.begin.file != open_log) {
    KONTOR_TRY(begin_log(first.begin.file, first.first_sequence));
  }
  std::uint64_t size = 0;
  for (const auto& group : batch) size += group.size;
  std::string bytes;
  bytes.reserve(size);
  for (auto& group : batch) {
    encode(bytes, group);
    for (auto& frame : group.frames) std::exchange(frame.payload, {});
  }
  const bool seals = batch.back().frames.back().type == FrameType::seal;
  const std::uint64_t behind = first.begin.offset + size;
  KONTOR_TRY(device->append(open_log, first.begin.offset, bytes, seals ? 0 : room_behind(behind)));
  if (seals) static_cast<void>(device->seal(open_log, behind).has_value());  // room given back
  return {};
}

// Durable, or failed: then everything queued behind fails too and the log is closed.
void AccountLog::State::finish(std::deque<Group> batch, const Result<void>& result) {
  if (result) {
    const Group& last = batch.back();
    synced = last.first_sequence + last.frames.size() - 1;
    const std::lock_guard lock(mutex);
    durable = {{last.begin.file, last.begin.offset + last.size}, synced, incarnation};
  } else {
    // So that what was refused does not come back. It may fail; opening decides again.
    if (batch.front().begin.file == open_log)
      static_cast<void>(device->cut(open_log, batch.front().begin.offset).has_value());
    const std::lock_guard lock(mutex);
    error = result.error();
    std::ranges::move(queue, std::back_inserter(batch));
    queue.clear();
  }
  for (auto& group : batch)
    if (group.done) group.done(result);
}

Result<std::uint64_t> AccountLog::State::salt_of(std::uint32_t log) {
  {
    const std::lock_guard lock(mutex);
    const auto known = salts.find(log);
    if (known != salts.end()) return known->second;
  }
  KONTOR_TRY(const auto bytes, device->read(log, 0, k_log_start));
  const std::string_view view = bytes;
  if (view.size() < k_log_start) return fail(Errc::corrupt, "log header");
  auto header = decode_log_block(view.substr(0, k_block_size));
  if (!header) header = decode_log_block(view.substr(k_block_size));
  if (!header) return fail(Errc::corrupt, "both copies of the log header");
  const std::lock_guard lock(mutex);
  salts[log] = header->salt;
  return header->salt;
}

AccountLog::AccountLog(std::shared_ptr<State> state) : state_(std::move(state)) {}

AccountLog::~AccountLog() {
  std::unique_lock lock(state_->mutex);
  while (state_->flushing) {
    if (state_->pool.by_hand()) {
      lock.unlock();
      state_->pool.run_one();
      lock.lock();
    } else {
      state_->idle.wait(lock);
    }
  }
}

Result<std::unique_ptr<AccountLog>> AccountLog::create(std::shared_ptr<LogDevice> device,
                                                       SyncPool& pool,
                                                       Options options) {
  io::assert_may_block();
  KONTOR_TRY(const auto logs, device->list());
  if (!logs.empty()) return fail(Errc::exists, "the account has a log");
  auto state = std::make_shared<State>(std::move(device), pool, options);
  state->incarnation = next_incarnation(0);
  KONTOR_TRY(state->begin_log(1, 1));
  state->end = {1, k_log_start};
  state->durable = {state->end, 0, state->incarnation};
  return std::unique_ptr<AccountLog>(new AccountLog(std::move(state)));
}

Result<std::unique_ptr<AccountLog>> AccountLog::open(std::shared_ptr<LogDevice> device,
                                                     SyncPool& pool,
                                                     Options options,
                                                     LogPosition from,
                                                     const ReplayFrame& replay,
                                                     ReplayReport& report) {
  return open(std::move(device), pool, options, LogMark{from, 0, 0}, replay, report);
}

Result<std::unique_ptr<AccountLog>> AccountLog::open(std::shared_ptr<LogDevice> device,
                                                     SyncPool& pool,
                                                     Options options,
                                                     LogMark from,
                                                     const ReplayFrame& replay,
                                                     ReplayReport& report) {
  io::assert_may_block();
  const VisitFrame visit = [&replay](const RawFrame& frame, const LogPosition& position,
                                     std::string_view payload) -> Result<void> {
    if (frame.header.type == FrameType::seal) return {};
    return replay(frame.header, position, payload);
  };
  KONTOR_TRY(const auto scan, scan_logs(*device, from, visit));
  KONTOR_TRY(make_ready(*device, scan));
  if (!scan.found) return fail(Errc::not_found, "no log");
  report = scan.report;
  auto state = std::make_shared<State>(std::move(device), pool, options);
  state->incarnation = next_incarnation(scan.last_incarnation);
  state->last_sequence = state->synced = scan.report.last_sequence;
  state->end = scan.sealed ? LogPosition{log_number(scan.end.file) + 1, k_log_start} : scan.end;
  state->durable = {state->end, state->last_sequence, scan.incarnation};
  state->open_log = scan.end.file;
  state->salt = scan.header ? scan.header->salt : 0;
  if (scan.header) state->salts[scan.end.file] = state->salt;
  return std::unique_ptr<AccountLog>(new AccountLog(std::move(state)));
}

Result<Appended> AccountLog::append(std::vector<NewFrame> frames, AppendDone done) {
  for (const auto& frame : frames)
    if (frame.payload.size() > k_max_payload) return fail(Errc::limit, "frame too long");
  if (frames.empty()) return fail(Errc::internal, "nothing to append");
  Group group;
  group.size = size_of(frames);
  group.frames = std::move(frames);
  group.done = std::move(done);
  const std::lock_guard lock(state_->mutex);
  if (state_->error) return fail(*state_->error);
  state_->place(group);
  Appended appended;
  appended.first_sequence = group.first_sequence;
  appended.end = state_->end;
  appended.incarnation = state_->incarnation;
  LogPosition position = group.begin;
  for (const auto& frame : group.frames) {
    appended.positions.push_back(position);
    position.offset += k_frame_header_size + frame.payload.size();
  }
  state_->queue.push_back(std::move(group));
  if (!std::exchange(state_->flushing, true)) state_->start_flush();
  return appended;
}

Result<std::string> AccountLog::read_payload(LogPosition position,
                                             std::optional<std::uint64_t> likely_size) const {
  io::assert_may_block();
  const auto first_read = likely_size && *likely_size <= k_max_payload
                              ? k_frame_header_size + *likely_size
                              : k_first_read;
  KONTOR_TRY(const auto salt, state_->salt_of(position.file));
  KONTOR_TRY(auto bytes, state_->device->read(position.file, position.offset, first_read));
  const auto frame = decode_frame_header(bytes);
  if (!frame) return fail(Errc::corrupt, "no frame at " + position_text(position));
  if (frame->size() > bytes.size()) {
    KONTOR_TRY(bytes, state_->device->read(position.file, position.offset, frame->size()));
  }
  bytes.resize(std::min<std::uint64_t>(bytes.size(), frame->size()));
  if (!checksum_fits(*frame, salt, bytes))
    return fail(Errc::corrupt, "checksum of the frame at " + position_text(position));
  bytes.erase(0, k_frame_header_size);
  return bytes;
}

Result<std::string> AccountLog::read_payload_range(LogPosition position,
                                                   std::uint64_t offset,
                                                   std::uint64_t size) const {
  io::assert_may_block();
  // What lies near the head of the frame comes with it: one trip to the disk.
  const bool near = size <= k_first_read && offset <= k_first_read - size;
  KONTOR_TRY(auto bytes, state_->device->read(position.file, position.offset,
                                              k_frame_header_size + (near ? offset + size : 0)));
  const auto frame = decode_frame_header(bytes);
  if (!frame) return fail(Errc::corrupt, "no frame at " + position_text(position));
  if (offset >= frame->length) return std::string();
  size = std::min<std::uint64_t>(size, frame->length - offset);
  if (offset == 0 && size == frame->length) return read_payload(position);
  if (near) {
    bytes.erase(0, k_frame_header_size + offset);
    bytes.resize(std::min<std::uint64_t>(bytes.size(), size));
  } else {
    KONTOR_TRY(bytes, state_->device->read(position.file,
                                           position.offset + k_frame_header_size + offset, size));
  }
  if (bytes.size() != size)
    return fail(Errc::corrupt, "the log ends within the frame at " + position_text(position));
  return bytes;
}

Result<void> AccountLog::drop_before(std::uint32_t log) {
  io::assert_may_block();
  KONTOR_TRY(const auto logs, state_->device->list());
  // A log is finished when something behind it is durable: the flusher has left it.
  log = std::min(log, durable().end.file);
  for (const auto number : logs) {
    if (number >= log) break;
    KONTOR_TRY(state_->device->remove(number));
    const std::lock_guard lock(state_->mutex);
    state_->salts.erase(number);
  }
  return {};
}

Result<void> AccountLog::read_payload_starts(std::span<const PayloadStart> starts,
                                             const TakeStart& take) const {
  io::assert_may_block();
  const SaltOf salt_of = [this](std::uint32_t log) { return state_->salt_of(log); };
  return kontor::store::read_payload_starts(*state_->device, salt_of, starts, take);
}

void AccountLog::release(std::uint32_t log) const { state_->device->release(log); }

std::uint64_t AccountLog::last_sequence() const {
  const std::lock_guard lock(state_->mutex);
  return state_->last_sequence;
}

LogPosition AccountLog::end() const {
  const std::lock_guard lock(state_->mutex);
  return state_->end;
}

LogMark AccountLog::durable() const {
  const std::lock_guard lock(state_->mutex);
  return state_->durable;
}

bool AccountLog::closed_by_error() const {
  const std::lock_guard lock(state_->mutex);
  return state_->error.has_value();
}

}  // namespace kontor::store
