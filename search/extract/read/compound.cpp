// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/compound.hpp"

#include <algorithm>

#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::search {
namespace {

constexpr std::string_view k_signature = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr std::size_t k_header = 512;
constexpr std::size_t k_entry = 128;
constexpr std::size_t k_small_sector = 64;
constexpr std::uint32_t k_last_regular = 0xFFFFFFFA;  // [MS-CFB] 2.1: above are marks
constexpr std::size_t k_header_table = 109;           // sectors of the table named in the header
constexpr std::size_t k_most_entries = 200'000;

std::uint32_t u32(std::string_view bytes, std::size_t at) {
  return load_le<std::uint32_t>(bytes, at).value_or(CompoundFile::k_none);
}
std::uint16_t u16(std::string_view bytes, std::size_t at) {
  return load_le<std::uint16_t>(bytes, at).value_or(0);
}

}  // namespace

Result<CompoundFile> CompoundFile::open(std::string_view bytes) {
  CompoundFile file(bytes);
  KONTOR_TRY(file.read_header());
  return file;
}

Result<void> CompoundFile::read_header() {
  if (bytes_.size() < k_header || !bytes_.starts_with(k_signature))
    return fail(Errc::bad_input, "no compound file");
  const auto head = bytes_.substr(0, k_header);
  // [MS-CFB] 2.2: 512 bytes (version 3) or 4096 (version 4).
  const auto shift = u16(head, 30);
  if (shift != 9 && shift != 12) return fail(Errc::bad_input, "no compound file");
  sector_size_ = std::size_t{1} << shift;
  small_limit_ = 4'096;
  read_table(head);
  read_entries(u32(head, 48));
  if (entries_.empty()) return fail(Errc::bad_input, "the compound file has no root");
  small_table_ = read_chain(u32(head, 60), bytes_.size());
  small_sectors_ = read_chain(entries_[k_root].start, entries_[k_root].size);
  return {};
}

// The sectors that hold the table: 109 of them in the header, the rest in a chain of their own.
void CompoundFile::read_table(std::string_view head) {
  const std::size_t most = bytes_.size() / sector_size_ + 1;
  const auto take = [&](std::string_view from, std::size_t at, std::size_t count) {
    for (std::size_t i = 0; i < count && table_sectors_.size() < most; ++i)
      if (const auto number = u32(from, at + 4 * i); number < k_last_regular)
        table_sectors_.push_back(number);
  };
  take(head, 76, k_header_table);
  const std::size_t in_sector = sector_size_ / 4 - 1;
  auto next = u32(head, 68);
  for (std::size_t i = 0; i < most && next < k_last_regular; ++i) {
    const auto list = sector(next);
    if (list.empty()) return;
    take(list, 0, in_sector);
    next = u32(list, 4 * in_sector);
  }
}

void CompoundFile::read_entries(std::uint32_t start) {
  const auto all = read_chain(start, bytes_.size());
  for (std::size_t at = 0; at + k_entry <= all.size() && entries_.size() < k_most_entries;
       at += k_entry) {
    const auto bytes = std::string_view(all).substr(at, k_entry);
    const auto name_size = std::min<std::size_t>(u16(bytes, 64), 64);
    Entry entry;
    if (name_size >= 2) entry.name = mime::to_utf8(bytes.substr(0, name_size - 2), "utf-16le");
    entry.is_stream = bytes[66] == 2;
    entry.left = u32(bytes, 68);
    entry.right = u32(bytes, 72);
    entry.child = u32(bytes, 76);
    entry.start = u32(bytes, 116);
    entry.size = load_le<std::uint64_t>(bytes, 120).value_or(0);
    // [MS-CFB] 2.6.1: the upper half may be anything in version 3.
    if (sector_size_ == 512) entry.size &= 0xFFFFFFFF;
    entries_.push_back(std::move(entry));
  }
}

std::string_view CompoundFile::sector(std::uint32_t number) const {
  // The header takes the place of one sector.
  const std::uint64_t at = (std::uint64_t{number} + 1) * sector_size_;
  return at >= bytes_.size() ? std::string_view() : bytes_.substr(at, sector_size_);
}

std::uint32_t CompoundFile::next_sector(std::uint32_t number) const {
  const std::size_t in_sector = sector_size_ / 4;
  if (number / in_sector >= table_sectors_.size()) return k_none;
  return u32(sector(table_sectors_[number / in_sector]), 4 * (number % in_sector));
}

// No chain is longer than the file.
std::string CompoundFile::read_chain(std::uint32_t start, std::uint64_t size) const {
  std::string out;
  const std::uint64_t most = std::min<std::uint64_t>(size, bytes_.size());
  for (auto number = start; number < k_last_regular && out.size() < most;
       number = next_sector(number)) {
    const auto part = sector(number);
    if (part.empty()) break;
    out.append(part.substr(0, most - out.size()));
  }
  return out;
}

std::string CompoundFile::read_small(std::uint32_t start, std::uint64_t size) const {
  std::string out;
  const std::uint64_t most = std::min<std::uint64_t>(size, small_sectors_.size());
  for (auto number = start; number < k_last_regular && out.size() < most;
       number = u32(small_table_, 4 * std::size_t{number})) {
    const std::size_t at = std::size_t{number} * k_small_sector;
    if (at >= small_sectors_.size()) break;
    out.append(std::string_view(small_sectors_)
                   .substr(at, std::min<std::uint64_t>(k_small_sector, most - out.size())));
  }
  return out;
}

// The tree of a storage's entries ([MS-CFB] 2.6.4); its order is of no use here.
std::vector<std::uint32_t> CompoundFile::children(std::uint32_t storage) const {
  std::vector<std::uint32_t> out;
  std::vector<bool> seen(entries_.size());
  std::vector<std::uint32_t> open{entries_[storage].child};
  while (!open.empty()) {
    const auto index = open.back();
    open.pop_back();
    if (index >= entries_.size() || seen[index]) continue;
    seen[index] = true;
    out.push_back(index);
    open.push_back(entries_[index].right);
    open.push_back(entries_[index].left);
  }
  return out;
}

std::uint32_t CompoundFile::find(std::uint32_t storage, std::string_view name) const {
  for (const auto index : children(storage))
    if (iequals(entries_[index].name, name)) return index;
  return k_none;
}

std::string CompoundFile::read(std::uint32_t stream) const {
  const auto& entry = entries_[stream];
  if (!entry.is_stream) return {};
  return entry.size < small_limit_ ? read_small(entry.start, entry.size)
                                   : read_chain(entry.start, entry.size);
}

std::string CompoundFile::read(std::uint32_t storage, std::string_view name) const {
  const auto index = find(storage, name);
  return index == k_none ? std::string() : read(index);
}

}  // namespace kontor::search
