// SPDX-License-Identifier: GPL-3.0-or-later
// Frames of a log that is not the last are all durable: the next log was made after them. In the
// last log, frames behind a bad range wait in `held_` until one of them says that the missing ones
// were durable (then the range is damage and they are kept) or the log ends (then they are cut
// with it). Frames of an append() that is not complete wait there too.
#include "store/log/scan.hpp"

#include <algorithm>
#include <deque>

#include "store/log/mark.hpp"
#include "store/log/window.hpp"

namespace kontor::store {
namespace {

constexpr std::string_view k_too_short =
    "the logs end before what the snapshot knows: the last is missing, or older ones were copied "
    "back";

class Scanner {
 public:
  Scanner(LogDevice& device, LogMark from, const VisitFrame& visit)
      : device_(device), from_(from), visit_(visit) {}

  Result<ScanResult> run() {
    KONTOR_TRY(auto logs, device_.list());
    KONTOR_TRY(drop_unborn(logs));
    if (logs.empty()) return std::move(out_);
    // The mark of a sealed log stands where the next one begins, which may not have been made.
    const auto last = log_number(logs.back());
    if (from_.end == LogPosition{last + 1, k_log_start}) {
      from_.end = {logs.back(), 0};
      from_.incarnation = 0;
    }
    if (log_number(from_.end.file) > last) return fail(Errc::corrupt, std::string(k_too_short));
    out_.found = true;
    std::erase_if(
        logs, [this](std::uint32_t log) { return log_number(log) < log_number(from_.end.file); });
    for (const auto log : logs) {
      KONTOR_TRY(scan_log(log, log == logs.back()));
    }
    KONTOR_TRY(finish());
    return std::move(out_);
  }

 private:
  struct Held {  // a frame, or (missing != 0) a range without a valid frame
    RawFrame frame;
    LogPosition begin;
    LogPosition end;
    std::string payload;
    std::uint64_t missing = 0;  // the first sequence number that should stand there
  };

  // A last log with no valid header and nothing behind it was being made when the power went.
  Result<void> drop_unborn(std::vector<std::uint32_t>& logs) {
    if (logs.empty()) return {};
    KONTOR_TRY(auto window, Window::open(device_, logs.back()));
    std::vector<Damage> bad_copies;
    KONTOR_TRY(const auto header, read_header(window, bad_copies));
    if (header && bad_copies.empty()) return {};
    KONTOR_TRY(const auto used, window.last_nonzero(k_log_start));
    if (used) return {};
    out_.unborn = logs.back();
    logs.pop_back();
    return {};
  }

  // The first good copy; a bad one beside it is noted as damage.
  Result<std::optional<LogHeader>> read_header(Window& window, std::vector<Damage>& damage) {
    std::optional<LogHeader> good;
    for (const std::uint64_t at : {std::uint64_t{0}, k_block_size}) {
      KONTOR_TRY(const auto block, window.view(at, k_block_size));
      auto header = decode_log_block(block);
      if (header && log_of(header->number, header->generation) != window.log()) header.reset();
      if (!header)
        damage.push_back({{window.log(), at}, {window.log(), at + k_block_size}, "log header"});
      if (!good) good = header;
    }
    if (good && good->version != k_log_version)
      return fail(Errc::corrupt, log_file_name(window.log()) + " was written by a later version");
    return good;
  }

  Result<void> scan_log(std::uint32_t log, bool last) {
    KONTOR_TRY(auto window, Window::open(device_, log));
    std::vector<Damage> damage;
    KONTOR_TRY(out_.header, read_header(window, damage));
    out_.size = window.size();
    out_.sealed = false;
    // A log that was written anew was whole: nothing of it can be a torn tail.
    last_ = last && log_generation(log) == 1;
    const bool first = out_.end.file == 0;
    if (!out_.header) return lost_log(window, last);
    std::ranges::move(damage, std::back_inserter(out_.report.damage));
    begin_log(log, first);
    const bool from_mark = log == from_.end.file && from_.incarnation != 0;
    std::uint64_t offset = k_log_start;
    if (from_mark) {
      offset = std::max(from_.end.offset, k_log_start);
      if (offset > window.size()) return fail(Errc::corrupt, std::string(k_too_short));
      KONTOR_TRY(const bool is_ours, fits(window, from_, out_.header->salt));
      if (!is_ours) return fail(Errc::corrupt, std::string(k_too_short));
      sequence_ = from_.sequence;
      incarnation_ = from_.incarnation;
      // Also when nothing follows the mark: what is appended next must follow it.
      out_.last_incarnation = std::max(out_.last_incarnation, incarnation_);
      keep(log, offset);
    }
    KONTOR_TRY(scan_frames(window, offset));
    out_.sealed = out_.sealed || log_generation(log) > 1;
    return {};
  }

  // What the header says about the logs before this one.
  void begin_log(std::uint32_t log, bool first) {
    const LogHeader& header = *out_.header;
    const std::uint64_t before = header.first_sequence - 1;
    if (!first && before > sequence_) {
      auto& damage = out_.report.damage;
      if (damage.empty() || damage.back().begin != out_.end)
        damage.push_back({out_.end, {log, 0}, {}});
      damage.back().what = missing_text(sequence_ + 1, before);
    }
    sequence_ = std::max(sequence_, before);
    if (may_follow(incarnation_, header.incarnation)) incarnation_ = header.incarnation;
    out_.last_incarnation = std::max(out_.last_incarnation, incarnation_);
    out_.durable = std::max({out_.durable, sequence_, from_.sequence});
    fresh_.clear();
    keep(log, k_log_start);
  }

  // Both copies of the header are bad: without the salt no frame can be believed.
  Result<void> lost_log(const Window& window, bool last) {
    out_.report.damage.push_back(
        {{window.log(), 0}, {window.log(), window.size()}, "both copies of the log header"});
    if (last) sequence_ += window.size() / k_frame_header_size;
    out_.durable = std::max(out_.durable, sequence_);
    fresh_.clear();
    keep(window.log(), window.size());
    out_.sealed = true;
    return {};
  }

  Result<void> scan_frames(Window& window, std::uint64_t offset) {
    while (!out_.sealed) {
      KONTOR_TRY(const auto next, find_frame(window, offset));
      if (!next) break;
      KONTOR_TRY(const auto bytes, window.view(*next, k_frame_header_size));
      const RawFrame frame = *decode_frame_header(bytes);
      if (*next != offset || frame.header.sequence != sequence_ + 1)
        hold_gap(window.log(), offset, *next);
      KONTOR_TRY(accept(window, frame, *next));
      offset = *next + frame.size();
    }
    return end_of_log(window);
  }

  // The first valid frame at or behind `offset`.
  Result<std::optional<std::uint64_t>> find_frame(Window& window, std::uint64_t offset) {
    while (true) {
      KONTOR_TRY(const auto candidate, window.find(k_frame_magic, offset));
      if (!candidate) return std::nullopt;
      KONTOR_TRY(const bool valid, valid_frame(window, *candidate));
      if (valid) return candidate;
      offset = *candidate + 1;
    }
  }

  Result<bool> valid_frame(Window& window, std::uint64_t offset) {
    KONTOR_TRY(const auto bytes, window.view(offset, k_frame_header_size));
    const auto frame = decode_any_frame_header(bytes);
    if (!frame || offset + frame->size() > window.size()) return false;
    if (frame->header.sequence <= sequence_ || !may_follow(incarnation_, frame->header.incarnation))
      return false;
    // No more frames can be missing than have room in the log.
    if (frame->header.sequence > sequence_ + 1 + window.size() / k_frame_header_size) return false;
    const bool known = decode_frame_header(bytes).has_value();
    KONTOR_TRY(const auto whole, window.view(offset, frame->size()));
    if (!checksum_fits(*frame, out_.header->salt, whole)) return false;
    // Taken for damage, it would be cut off with what follows.
    if (!known)
      return fail(Errc::corrupt,
                  log_file_name(window.log()) + " holds frames written by a later version");
    return true;
  }

  void hold_gap(std::uint32_t log, std::uint64_t begin, std::uint64_t end) {
    Held held;
    held.begin = {log, begin};
    held.end = {log, end};
    held.missing = sequence_ + 1;
    held_.push_back(std::move(held));
  }

  Result<void> accept(Window& window, const RawFrame& frame, std::uint64_t offset) {
    sequence_ = frame.header.sequence;
    incarnation_ = frame.header.incarnation;
    out_.last_incarnation = std::max(out_.last_incarnation, incarnation_);
    out_.durable = std::max(out_.durable, frame.durable_upto);
    while (!fresh_.empty() && fresh_.front().first <= out_.durable) fresh_.pop_front();
    const LogPosition position{window.log(), offset};
    KONTOR_TRY(const auto whole, window.view(offset, frame.size()));
    const auto payload = whole.substr(k_frame_header_size);
    if (held_.empty() && frame.group_end) return release(frame, position, payload);
    Held held;
    held.frame = frame;
    held.begin = position;
    held.end = {window.log(), offset + frame.size()};
    held.payload = payload;
    held_.push_back(std::move(held));
    return settle();
  }

  bool is_damage(const Held& held) const { return !last_ || held.missing <= out_.durable; }

  // Keeps what is complete and known to be durable or contiguous.
  Result<void> settle() {
    while (!held_.empty()) {
      std::size_t count = 0;
      bool complete = false;
      for (; count < held_.size() && held_[count].missing == 0 && !complete; ++count)
        complete = held_[count].frame.group_end;
      const bool at_gap = !complete && count < held_.size();
      if (!complete && (!at_gap || !is_damage(held_[count]))) return {};
      KONTOR_TRY(release_held(count));
      if (at_gap) {
        const Held& range = held_.front();
        KONTOR_TRY(check_still_bad(range));
        out_.report.damage.push_back(
            {range.begin, range.end, "frames from " + std::to_string(range.missing) + " on"});
        held_.pop_front();
      }
    }
    return {};
  }

  // A running server may have written the range after it was read here and before what follows.
  Result<void> check_still_bad(const Held& range) {
    KONTOR_TRY(const auto start,
               device_.read(range.begin.file, range.begin.offset, k_frame_header_size));
    const auto frame = decode_frame_header(start);
    if (!frame || frame->header.sequence != range.missing) return {};
    KONTOR_TRY(const auto whole, device_.read(range.begin.file, range.begin.offset, frame->size()));
    if (!checksum_fits(*frame, out_.header->salt, whole)) return {};
    return fail(Errc::busy, "the log was written to while it was read");
  }

  Result<void> release_held(std::size_t count) {
    for (; count > 0; --count) {
      KONTOR_TRY(release(held_.front().frame, held_.front().begin, held_.front().payload));
      held_.pop_front();
    }
    return {};
  }

  Result<void> release(const RawFrame& frame,
                       const LogPosition& position,
                       std::string_view payload) {
    ++out_.report.frames;
    out_.report.last_sequence = frame.header.sequence;
    out_.incarnation = frame.header.incarnation;
    out_.end = {position.file, position.offset + frame.size()};
    if (frame.header.sequence > out_.durable) fresh_.emplace_back(frame.header.sequence, position);
    out_.sealed = frame.header.type == FrameType::seal;
    if (before_mark(position) || frame.header.sequence <= from_.sequence) return {};
    return visit_(frame, position, payload);
  }

  // A mark in another generation of the log tells by its sequence number alone.
  bool before_mark(const LogPosition& position) const {
    if (log_number(position.file) != log_number(from_.end.file))
      return log_number(position.file) < log_number(from_.end.file);
    return position.file == from_.end.file && position.offset < from_.end.offset;
  }

  void keep(std::uint32_t log, std::uint64_t offset) {
    out_.end = {log, offset};
    out_.incarnation = incarnation_;
    out_.report.last_sequence = sequence_;
  }

  // What is left behind the frames kept.
  Result<void> end_of_log(Window& window) {
    if (!last_) {  // an append() that was not whole: the rest of it is damage that the next log
                   // tells
      KONTOR_TRY(release_held(held_.size()));
    }
    KONTOR_TRY(const auto used, window.last_nonzero(out_.end.offset));
    if (!used) return {};
    if (last_ && !out_.sealed) {
      out_.report.torn_bytes = *used + 1 - out_.end.offset;
    } else {
      out_.report.damage.push_back(
          {out_.end, {window.log(), *used + 1}, "bytes behind the last frame"});
    }
    return {};
  }

  Result<void> finish() {
    out_.unsynced = fresh_.empty() ? out_.end : fresh_.front().second;
    if (before_mark(out_.end) || out_.report.last_sequence < from_.sequence)
      return fail(Errc::corrupt, std::string(k_too_short));
    return {};
  }

  static std::string missing_text(std::uint64_t first, std::uint64_t last) {
    return "frames " + std::to_string(first) + " to " + std::to_string(last);
  }

  LogDevice& device_;
  LogMark from_;
  const VisitFrame& visit_;
  ScanResult out_;
  bool last_ = false;              // the log being read is the last
  std::uint64_t sequence_ = 0;     // of the last valid frame seen
  std::uint64_t incarnation_ = 0;  // of it
  std::deque<Held> held_;
  std::deque<std::pair<std::uint64_t, LogPosition>> fresh_;  // kept, not known to be durable
};

}  // namespace

Result<ScanResult> scan_logs(LogDevice& device, LogMark from, const VisitFrame& visit) {
  return Scanner(device, from, visit).run();
}

}  // namespace kontor::store
