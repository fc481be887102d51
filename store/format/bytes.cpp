// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/format/bytes.hpp"

namespace kontor::store {

void ByteWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<char>(value | 0x80));
    value >>= 7U;
  }
  out_.push_back(static_cast<char>(value));
}

void ByteWriter::zigzag(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  varint(bits << 1U ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::text(std::string_view value) {
  varint(value.size());
  out_.append(value);
}

void ByteWriter::uuid(const Uuid& id) {
  for (const auto byte : id.array()) out_.push_back(static_cast<char>(byte));
}

void ByteWriter::texts(const std::vector<std::string>& values) {
  varint(values.size());
  for (const auto& value : values) text(value);
}

void ByteWriter::uids(const std::vector<Uid>& ascending) {
  std::vector<std::pair<Uid, Uid>> ranges;
  for (const Uid uid : ascending) {
    if (!ranges.empty() && ranges.back().second + 1 == uid)
      ranges.back().second = uid;
    else
      ranges.emplace_back(uid, uid);
  }
  varint(ranges.size());
  Uid previous = 0;
  for (const auto& [first, last] : ranges) {
    varint(first - previous);
    varint(last - first);
    previous = last;
  }
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;  // more than 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return ok_ ? value : 0;
  }
  ok_ = false;
  return 0;
}

std::int64_t ByteReader::zigzag() {
  const auto bits = varint();
  return static_cast<std::int64_t>(bits >> 1U ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
}

std::string_view ByteReader::raw(std::size_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  const auto bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

std::string_view ByteReader::text() {
  const auto size = varint();
  if (size > rest_.size()) ok_ = false;
  return ok_ ? raw(static_cast<std::size_t>(size)) : std::string_view();
}

Uuid ByteReader::uuid() {
  const auto bytes = raw(16);
  if (!ok_) return {};
  std::array<std::uint8_t, 16> out{};
  std::memcpy(out.data(), bytes.data(), 16);
  return Uuid(out);
}

std::size_t ByteReader::count(std::size_t least) {
  const auto value = varint();
  if (value > rest_.size() / least) ok_ = false;
  return ok_ ? static_cast<std::size_t>(value) : 0;
}

std::vector<std::string> ByteReader::texts() {
  std::vector<std::string> out;
  const auto n = count(1);
  out.reserve(n);
  for (std::size_t i = 0; i < n && ok_; ++i) out.emplace_back(text());
  return out;
}

std::vector<Uid> ByteReader::uids() {
  std::vector<Uid> out;
  std::uint64_t previous = 0;
  const auto ranges = count(2);
  for (std::size_t i = 0; i < ranges && ok_; ++i) {
    const auto gap = varint();
    const auto length = varint();
    if (gap == 0 || gap > UINT32_MAX || length > k_max_uids ||
        previous + gap + length > UINT32_MAX || out.size() + length + 1 > k_max_uids)
      ok_ = false;
    if (!ok_) break;
    for (std::uint64_t uid = previous + gap; uid <= previous + gap + length; ++uid)
      out.push_back(static_cast<Uid>(uid));
    previous += gap + length;
  }
  return ok_ ? out : std::vector<Uid>{};
}

}  // namespace kontor::store
