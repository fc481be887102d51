// SPDX-License-Identifier: GPL-3.0-or-later
// Patches change what is a gap: the logs are surveyed again until nothing more can be put right.
#include "store/tools/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/mime/header.hpp"
#include "store/format/bytes.hpp"
#include "store/log/frame.hpp"
#include "store/log/recover.hpp"
#include "store/log/window.hpp"
#include "store/tools/wrong_bit.hpp"

namespace kontor::store {
namespace {

constexpr int k_rounds = 8;
constexpr int k_salt_tries = 64;
constexpr std::size_t k_shown_text = 200;

struct Survey {
  LogCheck check;
  std::vector<Gap> gaps;
};

Result<Survey> survey(LogDevice& device) {
  Survey out;
  std::uint64_t next = 1;
  LogPosition end{1, k_log_start};
  const auto each = [&](const FoundFrame& frame, std::string_view) -> Result<void> {
    const auto sequence = frame.header.sequence;
    if (sequence > next) out.gaps.push_back({next, sequence - 1, end, frame.position});
    next = sequence + 1;
    end = {frame.position.file, frame.position.offset + k_frame_header_size + frame.length};
    return {};
  };
  KONTOR_TRY(out.check, check_logs(device, each));
  const auto& check = out.check;
  if (check.report.last_sequence >= next) {  // a last log that has lost its header
    out.gaps.push_back({next, check.report.last_sequence, end, check.end});
  } else if (check.report.torn_bytes > 0) {
    const LogPosition behind{check.end.file, check.end.offset + check.report.torn_bytes};
    out.gaps.push_back({next, next - 1, check.end, behind});
  }
  return out;
}

// The header of a log that has lost both copies, from its frames.
class LostHeader {
 public:
  LostHeader(PatchedDevice& device, std::uint32_t log) : device_(device), log_(log) {}

  Result<bool> mend() {
    KONTOR_TRY(auto window, Window::open(device_, log_));
    std::uint64_t offset = k_log_start;
    for (int i = 0; i < k_salt_tries; ++i) {
      KONTOR_TRY(const auto at, window.find(k_frame_magic, offset));
      if (!at) return false;
      KONTOR_TRY(const auto found, header_from(window, *at));
      if (found) {
        device_.patch(log_, 0, encode_log_header(*found));
        return true;
      }
      offset = *at + 1;
    }
    return false;
  }

 private:
  // Of the frame there, if the frame behind it agrees.
  Result<std::optional<LogHeader>> header_from(Window& window, std::uint64_t at) {
    KONTOR_TRY(const auto first, frame_at(window, at));
    if (!first) return std::nullopt;
    KONTOR_TRY(const auto bytes, window.view(at, first->size()));
    const auto salt = find_salt(bytes);
    const auto behind = at + first->size();
    KONTOR_TRY(const auto second, frame_at(window, behind));
    if (!second || second->header.sequence != first->header.sequence + 1) return std::nullopt;
    KONTOR_TRY(const auto next, window.view(behind, second->size()));
    if (!checksum_fits(*second, salt, next)) return std::nullopt;
    LogHeader header;
    header.number = log_number(log_);
    header.generation = log_generation(log_);
    header.salt = salt;
    header.first_sequence = first->header.sequence;
    header.incarnation = first->header.incarnation;
    return header;
  }

  static Result<std::optional<RawFrame>> frame_at(Window& window, std::uint64_t at) {
    KONTOR_TRY(const auto bytes, window.view(at, k_frame_header_size));
    auto frame = decode_frame_header(bytes);
    if (frame && at + frame->size() > window.size()) frame.reset();
    return frame;
  }

  PatchedDevice& device_;
  std::uint32_t log_;
};

std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (text.size() > k_shown_text) {
    text.resize(k_shown_text);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0) text.pop_back();
    text += "...";
  }
  return text;
}

// What can be read of a message in a damaged frame.
void read_message(Remains& remains, std::string_view payload) {
  std::size_t raw_at = std::min(k_deliver_prefix, payload.size());
  if (const auto head = decode_deliver_head(payload)) {
    remains.folder = head->frame.folder;
    remains.uid = head->frame.uid;
    remains.head_is_whole = payload.size() - head->raw_offset == head->raw_size;
    if (!remains.head_is_whole) return;  // a packed message cannot be read by halves
    raw_at = remains.raw_offset = head->raw_offset;
  } else if (payload.size() > k_deliver_prefix) {
    // The prefix may be whole: then both numbers tell the same place.
    ByteReader in(payload);
    in.raw(4);
    const auto uid = in.fixed<std::uint32_t>();
    const auto offset = in.fixed<std::uint32_t>();
    const auto size = in.fixed<std::uint64_t>();
    if (offset > k_deliver_prefix && offset <= payload.size() && payload.size() - offset == size) {
      remains.uid = uid;
      raw_at = remains.raw_offset = offset;
    }
  }
  const auto raw = payload.substr(raw_at);
  const auto header = raw.substr(0, raw.find("\r\n\r\n"));
  if (const auto subject = mime::field_value(header, "Subject"))
    remains.subject = one_line(mime::decode_words(*subject));
  if (const auto date = mime::field_value(header, "Date")) remains.date = one_line(*date);
}

// Looks at what lies in one gap, and patches what it can.
class GapReader {
 public:
  GapReader(PatchedDevice& device, const Gap& gap, bool is_tail)
      : device_(device), gap_(gap), is_tail_(is_tail), next_(gap.first) {}

  Result<void> read(std::vector<Remains>& out, bool& patched) {
    KONTOR_TRY(const auto logs, device_.list());
    for (const auto log : logs) {
      if (log_number(log) < log_number(gap_.begin.file) ||
          log_number(log) > log_number(gap_.end.file))
        continue;
      KONTOR_TRY(const auto size, device_.size(log));
      const auto begin = log == gap_.begin.file ? gap_.begin.offset : k_log_start;
      const auto end = log == gap_.end.file && !is_tail_ ? gap_.end.offset : size;
      if (begin >= end) continue;
      KONTOR_TRY(const auto start, device_.read(log, 0, k_log_start));
      auto header = decode_log_block(std::string_view(start).substr(0, k_block_size));
      if (!header && start.size() == k_log_start)
        header = decode_log_block(std::string_view(start).substr(k_block_size));
      KONTOR_TRY(const auto bytes, device_.read(log, begin, end - begin));
      const std::optional<std::uint64_t> salt = header ? std::optional(header->salt) : std::nullopt;
      read_range({log, begin}, bytes, salt, out, patched);
    }
    return {};
  }

 private:
  struct Piece {
    std::size_t begin, size;
  };

  void read_range(LogPosition at,
                  std::string_view bytes,
                  std::optional<std::uint64_t> salt,
                  std::vector<Remains>& out,
                  bool& patched) {
    if (is_tail_) return read_tail(at, bytes, salt, out, patched);
    std::vector<Piece> pieces = split(bytes);
    if (gap_.first == gap_.last && pieces.size() > 1 && salt && find_wrong_bit(bytes, *salt))
      pieces = {{0, bytes.size()}};  // something like a frame inside a message
    for (const auto& piece : pieces) {
      const auto part = bytes.substr(piece.begin, piece.size);
      auto remains = look_at({at.file, at.offset + piece.begin}, part);
      if (salt) mend(remains, part, *salt, patched);
      next_ = remains.sequence + 1;
      out.push_back(std::move(remains));
    }
  }

  // The end of the last log is torn, as it may be, unless one wrong bit makes a frame of it. How
  // long that would be says its own length, in which the bit may be.
  void read_tail(LogPosition at,
                 std::string_view bytes,
                 std::optional<std::uint64_t> salt,
                 std::vector<Remains>& out,
                 bool& patched) {
    constexpr std::size_t k_length_at = 8;  // within a frame (docs/formats/log.md)
    if (!salt || bytes.size() < k_frame_header_size) return;
    ByteReader in(bytes.substr(k_length_at));
    const auto length = in.fixed<std::uint32_t>();
    for (int bit = -1; bit < 32; ++bit) {
      const std::uint64_t tried = bit < 0 ? length : length ^ 1U << static_cast<unsigned>(bit);
      if (tried > bytes.size() - k_frame_header_size) continue;
      const auto part = bytes.substr(0, k_frame_header_size + tried);
      auto remains = look_at(at, part);
      mend(remains, part, *salt, patched);
      if (!remains.mended) continue;
      out.push_back(std::move(remains));
      return;
    }
  }

  bool is_in_gap(const RawFrame& frame) const {
    const auto sequence = frame.header.sequence;
    return sequence >= gap_.first && (sequence <= gap_.last || gap_.last < gap_.first);
  }

  // Where frames begin, as far as their headers say.
  std::vector<Piece> split(std::string_view bytes) const {
    std::vector<std::size_t> begins{0};
    for (auto at = bytes.find(k_frame_magic); at != std::string_view::npos;
         at = bytes.find(k_frame_magic, at + 1)) {
      const auto frame = decode_frame_header(bytes.substr(at));
      if (!frame || !is_in_gap(*frame)) continue;
      begins.push_back(at);
      if (at + frame->size() < bytes.size()) begins.push_back(at + frame->size());
    }
    std::ranges::sort(begins);
    const auto rest = std::ranges::unique(begins);
    begins.erase(rest.begin(), rest.end());
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < begins.size(); ++i) {
      const auto end = i + 1 < begins.size() ? begins[i + 1] : bytes.size();
      pieces.push_back({begins[i], end - begins[i]});
    }
    return pieces;
  }

  Remains look_at(LogPosition position, std::string_view part) const {
    Remains remains;
    remains.position = position;
    remains.size = part.size();
    remains.sequence = next_;
    if (const auto frame = decode_frame_header(part)) {
      if (is_in_gap(*frame)) remains.sequence = frame->header.sequence;
      remains.type = frame->header.type;
      if (frame->header.type == FrameType::deliver && frame->header.codec == 0 &&
          frame->size() == part.size())
        read_message(remains, part.substr(k_frame_header_size));
    }
    return remains;
  }

  void mend(Remains& remains, std::string_view part, std::uint64_t salt, bool& patched) {
    const auto wrong = find_wrong_bit(part, salt);
    if (!wrong) return;
    std::string right(part);
    right[wrong->byte] = static_cast<char>(right[wrong->byte] ^ wrong->mask);
    const auto frame = decode_frame_header(right);
    if (!frame || !is_in_gap(*frame) || frame->size() != part.size() ||
        !checksum_fits(*frame, salt, right))
      return;
    device_.patch(remains.position.file, remains.position.offset + wrong->byte,
                  right.substr(wrong->byte, 1));
    const auto position = remains.position;
    remains = look_at(position, right);
    remains.mended = patched = true;
  }

  PatchedDevice& device_;
  const Gap& gap_;
  bool is_tail_;
  std::uint64_t next_;
};

Result<void> mend_headers(PatchedDevice& device, const LogCheck& check) {
  for (const auto& damage : check.report.damage) {
    if (damage.begin.offset != 0 || damage.end.offset <= k_log_start ||
        damage.begin.file != damage.end.file)
      continue;
    KONTOR_TRY(LostHeader(device, damage.begin.file).mend());
  }
  return {};
}

}  // namespace

Result<Diagnosis> diagnose(PatchedDevice& device, const Progress& progress) {
  Diagnosis out;
  KONTOR_TRY(auto surveyed, survey(device));
  out.found = surveyed.check;
  if (!out.found.good()) {
    KONTOR_TRY(mend_headers(device, out.found));
    KONTOR_TRY(surveyed, survey(device));
  }
  bool patched = true;
  for (int round = 0; round < k_rounds && patched; ++round) {
    patched = false;
    if (!surveyed.gaps.empty())
      progress(fmt::format("{} gaps: looking for what can be put right", surveyed.gaps.size()));
    std::erase_if(out.remains, [](const Remains& remains) { return !remains.mended; });
    for (const auto& gap : surveyed.gaps) {
      const bool is_tail = gap.last < gap.first;
      bool mended = false;
      KONTOR_TRY(GapReader(device, gap, is_tail).read(out.remains, mended));
      out.has_bad_tail = out.has_bad_tail || (is_tail && mended);
      patched = patched || mended;
    }
    if (patched) {
      KONTOR_TRY(surveyed, survey(device));
    }
  }
  std::ranges::sort(out.remains, {}, &Remains::position);
  out.mended = std::move(surveyed.check);
  out.gaps = std::move(surveyed.gaps);
  std::erase_if(out.gaps, [](const Gap& gap) { return gap.last < gap.first; });  // torn
  return out;
}

std::string describe(const Remains& remains) {
  std::string text =
      fmt::format("{}: frame {}, ", position_text(remains.position), remains.sequence);
  text += remains.type ? std::string(name_of(*remains.type)) : "unreadable";
  if (!remains.subject.empty()) text += ", Subject: " + remains.subject;
  if (!remains.date.empty()) text += ", Date: " + remains.date;
  if (remains.mended) {
    text += "; one bit is wrong, repair puts it right";
  } else if (remains.raw_offset != 0) {
    text += "; repair keeps what can be read of the message";
  }
  return text;
}

}  // namespace kontor::store
