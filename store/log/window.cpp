// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/window.hpp"

#include <algorithm>

namespace kontor::store {
namespace {

constexpr std::uint64_t k_step = 256U << 10U;  // bytes read at once

// Compared with itself, one byte on: many times faster than a search for another byte.
bool all_zeros(std::string_view bytes) {
  return bytes.front() == '\0' && bytes.substr(1) == bytes.substr(0, bytes.size() - 1);
}

}  // namespace

Result<Window> Window::open(LogDevice& device, std::uint32_t log) {
  KONTOR_TRY(const auto size, device.size(log));
  return Window(device, log, size);
}

Result<std::string_view> Window::view(std::uint64_t offset, std::uint64_t length) {
  if (offset >= size_) return std::string_view();
  length = std::min(length, size_ - offset);
  if (offset < begin_ || offset + length > begin_ + buffer_.size()) {
    KONTOR_TRY(buffer_, device_->read(log_, offset, std::max(length, k_step)));
    begin_ = offset;
    // A log that was cut meanwhile (a tool beside a running server) just ends earlier.
    if (buffer_.size() < length) size_ = offset + buffer_.size();
  }
  return std::string_view(buffer_).substr(offset - begin_, length);
}

Result<std::optional<std::uint64_t>> Window::find(std::string_view needle, std::uint64_t offset) {
  while (offset + needle.size() <= size_) {
    const bool inside = offset >= begin_ && offset + needle.size() <= begin_ + buffer_.size();
    const std::uint64_t length = inside ? begin_ + buffer_.size() - offset : k_step;
    KONTOR_TRY(const auto bytes, view(offset, length));
    const auto at = bytes.find(needle);
    if (at != std::string_view::npos) return offset + at;
    if (bytes.size() < needle.size()) break;
    offset += bytes.size() - needle.size() + 1;
  }
  return std::nullopt;
}

Result<std::optional<std::uint64_t>> Window::last_nonzero(std::uint64_t offset) {
  std::optional<std::uint64_t> last;
  while (offset < size_) {
    KONTOR_TRY(const auto bytes, view(offset, k_step));
    if (bytes.empty()) break;
    if (!all_zeros(bytes)) last = offset + bytes.find_last_not_of('\0');
    offset += bytes.size();
  }
  return last;
}

}  // namespace kontor::store
