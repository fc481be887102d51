// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/mark.hpp"

#include <algorithm>

#include "store/log/frame.hpp"

namespace kontor::store {
namespace {

constexpr std::uint64_t k_first_step = 8U << 10U;  // what is read serves the walk from the mark on
constexpr std::uint64_t k_step = 256U << 10U;

struct Found {
  std::uint64_t offset = 0;
  RawFrame frame;
};

// The last frame that begins in [begin, end) and does not reach beyond `limit`.
Result<std::optional<Found>> last_frame(Window& window,
                                        std::uint64_t begin,
                                        std::uint64_t end,
                                        std::uint64_t limit) {
  KONTOR_TRY(const auto bytes, window.view(begin, end - begin + k_frame_header_size - 1));
  std::string_view before = bytes.substr(0, end - begin + k_frame_magic.size() - 1);
  for (;;) {
    const auto at = before.rfind(k_frame_magic);
    if (at == std::string_view::npos) return std::nullopt;
    const auto frame = decode_frame_header(bytes.substr(at));
    if (frame && begin + at + frame->size() <= limit) return Found{begin + at, *frame};
    before = before.substr(0, at + k_frame_magic.size() - 1);
  }
}

Result<bool> is_zero(Window& window, std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t at = begin; at < end; at += k_step) {
    KONTOR_TRY(const auto bytes, window.view(at, std::min(k_step, end - at)));
    if (bytes.find_first_not_of('\0') != std::string_view::npos) return false;
  }
  return true;
}

// Is it a frame, or damage that reads like one?
Result<bool> is_whole(Window& window, const Found& found, std::uint64_t salt) {
  KONTOR_TRY(const auto bytes, window.view(found.offset, found.frame.size()));
  return bytes.size() == found.frame.size() && checksum_fits(found.frame, salt, bytes);
}

}  // namespace

Result<bool> fits(Window& window, const LogMark& mark, std::uint64_t salt) {
  const std::uint64_t limit = mark.end.offset;
  std::uint64_t end = limit;
  for (std::uint64_t step = k_first_step; end > k_log_start; step = k_step) {
    const std::uint64_t begin = end - std::min(step, end - k_log_start);
    KONTOR_TRY(const auto found, last_frame(window, begin, end, limit));
    end = begin;
    if (!found) continue;
    const FrameHeader& header = found->frame.header;
    const std::uint64_t behind = found->offset + found->frame.size();
    if (behind == limit) {
      if (header.sequence == mark.sequence && header.incarnation == mark.incarnation) return true;
      KONTOR_TRY(const bool is_another, is_whole(window, *found, salt));
      return !is_another;
    }
    KONTOR_TRY(const auto next, window.view(behind, k_frame_header_size));
    if (const auto frame = decode_frame_header(next)) {
      KONTOR_TRY(const bool reaches_beyond, is_whole(window, {behind, *frame}, salt));
      return !reaches_beyond;
    }
    KONTOR_TRY(const bool is_end, is_zero(window, behind, limit));
    return !is_end;
  }
  if (limit <= k_log_start) return true;
  KONTOR_TRY(const bool is_empty, is_zero(window, k_log_start, limit));
  return !is_empty;
}

}  // namespace kontor::store
