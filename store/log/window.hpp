// SPDX-License-Identifier: GPL-3.0-or-later
// Window: forward reading of one log through a buffer of moderate size. One user, one thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/log/device.hpp"

namespace kontor::store {

class Window {
 public:
  static Result<Window> open(LogDevice& device, std::uint32_t log);

  std::uint32_t log() const noexcept { return log_; }
  std::uint64_t size() const noexcept { return size_; }
  // `length` bytes at `offset`, fewer at the end; valid until the next call.
  Result<std::string_view> view(std::uint64_t offset, std::uint64_t length);
  // The first place of `needle` at or behind `offset`.
  Result<std::optional<std::uint64_t>> find(std::string_view needle, std::uint64_t offset);
  // The last byte at or behind `offset` that is not zero.
  Result<std::optional<std::uint64_t>> last_nonzero(std::uint64_t offset);

 private:
  Window(LogDevice& device, std::uint32_t log, std::uint64_t size)
      : device_(&device), log_(log), size_(size) {}

  LogDevice* device_;
  std::uint32_t log_;
  std::uint64_t size_;
  std::uint64_t begin_ = 0;  // where buffer_ stands
  std::string buffer_;
};

}  // namespace kontor::store
