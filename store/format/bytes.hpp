// SPDX-License-Identifier: GPL-3.0-or-later
// Writing and reading the values that frames and snapshots are made of: fixed little-endian
// integers, LEB128 varints, length-prefixed strings, sets of numbers as ranges.
//
// Reading is bounded and never fails half-way: after the first value that does not fit, ok() is
// false and every later value is zero or empty. Pure.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/uuid.hpp"
#include "store/format/types.hpp"

namespace kontor::store {

static_assert(std::endian::native == std::endian::little, "disk formats are little-endian");

class ByteWriter {
 public:
  template <class T>
  void fixed(T value) {
    static_assert(std::is_integral_v<T>);
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out_.append(bytes, sizeof(T));
  }
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);    // small magnitudes of either sign are short
  void text(std::string_view value);  // varint length, then the bytes
  void raw(std::string_view bytes) { out_.append(bytes); }
  void uuid(const Uuid& id);  // 16 bytes
  void time(UtcSeconds value) { zigzag(value.time_since_epoch().count()); }
  void texts(const std::vector<std::string>& values);
  // Ascending numbers as ranges: varint count, then per range varint gap and varint length - 1.
  void uids(const std::vector<Uid>& ascending);
  void reserve(std::size_t size) { out_.reserve(size); }
  std::size_t size() const noexcept { return out_.size(); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  T fixed() {
    static_assert(std::is_integral_v<T>);
    T value{};
    const auto bytes = raw(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  std::uint64_t varint();
  std::int64_t zigzag();
  // A varint that must fit T.
  template <class T>
  T number() {
    const auto value = varint();
    if (value > static_cast<std::uint64_t>(static_cast<T>(-1))) ok_ = false;
    return ok_ ? static_cast<T>(value) : T{};
  }
  std::string_view text();
  std::string_view raw(std::size_t size);
  Uuid uuid();
  UtcSeconds time() { return UtcSeconds(std::chrono::seconds(zigzag())); }
  std::vector<std::string> texts();
  std::vector<Uid> uids();  // as many as ranges say, at most k_max_uids
  // How many elements of at least `least` bytes each may follow: a count that cannot be true fails.
  std::size_t count(std::size_t least);
  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }
  void fail() noexcept { ok_ = false; }

  static constexpr std::size_t k_max_uids = 16'000'000;  // a set of ranges is no way to fill memory

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace kontor::store
