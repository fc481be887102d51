// SPDX-License-Identifier: GPL-3.0-or-later
// Little-endian numbers and length-prefixed texts: the alphabet of the directory copy on disk and
// of the messages between kontord and kontor-directory. Pure.
//
// A reader never reads past its input: after the first shortage or limit it only returns zeros and
// empty texts, and is_ok() is false. Look at it before believing anything.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kontor::directory {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void flag(bool value) { u8(value ? 1 : 0); }
  void raw(std::string_view bytes) { out_.append(bytes); }
  void text(std::string_view bytes) {  // u32 length, bytes
    u32(static_cast<std::uint32_t>(bytes.size()));
    raw(bytes);
  }
  const std::string& bytes() const noexcept { return out_; }
  std::string take() { return std::move(out_); }

 private:
  void number(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  std::string out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  bool flag() {
    const auto value = u8();
    if (value > 1) fail();
    return value == 1;
  }
  std::string_view raw(std::size_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  std::string_view view(std::size_t max) {
    const std::size_t size = u32();
    if (size > max) fail();
    return is_ok_ ? raw(size) : std::string_view();
  }
  std::string text(std::size_t max) { return std::string(view(max)); }
  // A number of things to follow, each of at least `least` bytes: never more than the input holds.
  std::size_t count(std::size_t least) {
    const std::size_t n = u32();
    if (n > rest_.size() / least) fail();
    return is_ok_ ? n : 0;
  }
  void fail() noexcept {
    is_ok_ = false;
    rest_ = {};
  }
  bool is_ok() const noexcept { return is_ok_; }
  bool at_end() const noexcept { return is_ok_ && rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }

 private:
  std::uint64_t number(unsigned size) {
    const auto bytes = raw(size);
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
      value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return value;
  }
  std::string_view rest_;
  bool is_ok_ = true;
};

}  // namespace kontor::directory
