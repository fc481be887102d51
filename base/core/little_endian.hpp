// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as bytes, the least significant first.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kontor {

template <std::unsigned_integral T>
void append_le(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// The number that begins at `at`; nothing when it would reach beyond the bytes.
template <std::unsigned_integral T>
std::optional<T> load_le(std::string_view bytes, std::size_t at) noexcept {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= std::uint64_t(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return static_cast<T>(value);
}

// Reads one number after the other, never beyond the end.
class LeReader {
 public:
  explicit LeReader(std::string_view bytes) noexcept : bytes_(bytes) {}
  template <std::unsigned_integral T>
  std::optional<T> number() noexcept {
    const auto value = load_le<T>(bytes_, at_);
    if (value) at_ += sizeof(T);
    return value;
  }
  // The next `size` bytes; nothing when there are not so many.
  std::optional<std::string_view> take(std::uint64_t size) noexcept {
    if (size > left()) return std::nullopt;
    const auto taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }
  std::string_view rest() const noexcept { return bytes_.substr(at_); }
  std::size_t left() const noexcept { return bytes_.size() - at_; }
  std::size_t at() const noexcept { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace kontor
