// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/rewriter.hpp"

#include <algorithm>

#include "base/core/uuid.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t k_buffer = 1U << 20U;

}  // namespace

Rewriter::Rewriter(io::FileSystem& files,
                   std::string folder,
                   LogDevice& device,
                   std::set<std::uint32_t> logs,
                   Fill fill)
    : files_(files),
      folder_(std::move(folder)),
      device_(device),
      logs_(std::move(logs)),
      fill_(std::move(fill)) {}

Result<std::optional<LogHeader>> Rewriter::header_of(std::uint32_t log) {
  KONTOR_TRY(const auto logs, device_.list());
  if (std::ranges::find(logs, log) == logs.end()) return std::nullopt;
  KONTOR_TRY(const auto bytes, device_.read(log, 0, k_log_start));
  const std::string_view view = bytes;
  for (const std::size_t at : {std::size_t{0}, std::size_t{k_block_size}}) {
    if (view.size() < at + k_block_size) continue;
    const auto header = decode_log_block(view.substr(at, k_block_size));
    if (header && log_of(header->number, header->generation) == log) return header;
  }
  return std::nullopt;
}

Result<void> Rewriter::begin(std::uint32_t log, std::optional<LogHeader> header) {
  LogHeader made;
  if (header) {
    made = *header;
  } else {
    random_bytes(&made.salt, sizeof made.salt);
    made.incarnation = incarnation_;
  }
  made.number = log_number(log);
  made.generation = log_generation(log);
  made.first_sequence = next_;
  if (incarnation_ == 0) incarnation_ = made.incarnation;
  const auto path = folder_ + '/' + log_file_name(log) + ".new";
  static_cast<void>(files_.remove(path).has_value());  // of a repair that was cut short
  KONTOR_TRY(out_, files_.open(path, io::OpenMode::create));
  written_.push_back(log_file_name(log));
  salt_ = made.salt;
  offset_ = 0;
  sealed_ = false;
  buffer_ = encode_log_header(made);
  return {};
}

Result<void> Rewriter::flush() {
  KONTOR_TRY(out_->write(offset_, buffer_));
  offset_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<void> Rewriter::end() {
  if (out_ == nullptr) return {};
  KONTOR_TRY(flush());
  KONTOR_TRY(out_->sync());
  out_.reset();
  return {};
}

Result<void> Rewriter::write(const RawFrame& frame, std::string_view payload) {
  encode_frame(buffer_, frame, salt_, payload);
  next_ = frame.header.sequence + 1;
  incarnation_ = frame.header.incarnation;
  sealed_ = frame.header.type == FrameType::seal;
  return buffer_.size() >= k_buffer ? flush() : Result<void>();
}

// Frames for the sequence numbers below `bound`; with `sealing`, the last of them ends the log.
Result<void> Rewriter::fill_to(std::uint64_t bound, bool sealing) {
  while (next_ < bound) {
    NewFrame frame;
    frame.type = FrameType::seal;
    if (!sealing || next_ + 1 < bound) {
      KONTOR_TRY(frame, fill_(next_));
    }
    RawFrame raw;
    raw.header.type = frame.type;
    raw.header.incarnation = incarnation_;
    raw.header.sequence = next_;
    raw.group_end = true;
    raw.durable_upto = next_ - 1;
    KONTOR_TRY(write(raw, frame.payload));
  }
  return {};
}

// A gap between two logs goes to the end of the first, if that was not finished; else to a log
// between them that is missing or cannot be read; else to the beginning of the second.
Result<void> Rewriter::go_to(std::uint32_t log) {
  if (log == current_) return {};
  KONTOR_TRY(const auto header, header_of(log));
  const std::uint64_t bound = header ? header->first_sequence : next_;
  if (incarnation_ == 0 && header) incarnation_ = header->incarnation;
  if (out_ != nullptr && !sealed_) {
    KONTOR_TRY(fill_to(bound, true));
  }
  KONTOR_TRY(end());
  KONTOR_TRY(const auto there, device_.list());
  for (auto number = log_number(current_) + 1; number < log_number(log); ++number) {
    const auto found = std::ranges::find(there, number, log_number);
    const bool exists = found != there.end();
    const auto between = exists ? *found : number;
    KONTOR_TRY(const auto own, header_of(between));
    if (own || (next_ >= bound && !exists)) continue;
    KONTOR_TRY(begin(between, std::nullopt));
    KONTOR_TRY(fill_to(bound, true));
    KONTOR_TRY(end());
  }
  current_ = log;
  if (logs_.contains(log) || next_ < bound) {
    KONTOR_TRY(begin(log, header));
  }
  return {};
}

Result<void> Rewriter::take(const FoundFrame& found, std::string_view payload) {
  KONTOR_TRY(go_to(found.position.file));
  if (out_ != nullptr) {
    KONTOR_TRY(fill_to(found.header.sequence, false));
    RawFrame raw;
    raw.header = found.header;
    raw.group_end = found.group_end;
    raw.durable_upto = found.durable_upto;
    return write(raw, payload);
  }
  if (found.header.sequence != next_) return fail(Errc::internal, "a gap was not planned for");
  next_ = found.header.sequence + 1;
  incarnation_ = found.header.incarnation;
  sealed_ = found.header.type == FrameType::seal;
  return {};
}

Result<void> Rewriter::finish(std::uint64_t last) {
  if (out_ != nullptr && !sealed_) {
    KONTOR_TRY(fill_to(last + 1, false));
  }
  KONTOR_TRY(end());
  KONTOR_TRY(const auto there, device_.list());
  for (const auto log : there) {
    if (log_number(log) <= log_number(current_)) continue;
    KONTOR_TRY(const auto header, header_of(log));
    if (header && next_ > last && !logs_.contains(log)) continue;
    KONTOR_TRY(begin(log, header));
    KONTOR_TRY(fill_to(last + 1, false));
    KONTOR_TRY(end());
  }
  return {};
}

Result<void> Rewriter::keep_aside(const std::string& name) {
  const auto old = folder_ + '/' + name;
  const auto there = files_.stat(old);
  if (!there) return there.error().code() == Errc::not_found ? Result<void>() : fail(there.error());
  for (int i = 1;; ++i) {
    const auto linked =
        files_.link(old, folder_ + "/quarantine/" + name + ".before-repair-" + std::to_string(i));
    if (linked || linked.error().code() != Errc::exists) return linked;
  }
}

Result<std::vector<std::string>> Rewriter::put_in_place() {
  const auto quarantine = folder_ + "/quarantine";
  KONTOR_TRY(io::make_directories(files_, quarantine));
  for (const auto& name : written_) {
    KONTOR_TRY(keep_aside(name));
  }
  KONTOR_TRY(files_.sync_directory(quarantine));
  const auto snapshot = folder_ + "/snapshot";
  if (files_.stat(snapshot)) {
    KONTOR_TRY(files_.remove(snapshot));
  }
  KONTOR_TRY(files_.sync_directory(folder_));
  for (const auto& name : written_) {
    KONTOR_TRY(files_.rename(folder_ + '/' + name + ".new", folder_ + '/' + name));
  }
  KONTOR_TRY(files_.sync_directory(folder_));
  return std::move(written_);
}

}  // namespace kontor::store
